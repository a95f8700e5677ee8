/**
 * The coordinator's side of Kafka: {@code TopicReader} reads a topic to a fixed end, {@code TopicTail} follows topics on a
 * thread of its own, {@code LedgerWriter} is the one fenced writer, {@code ClusterProbe} asks the cluster.
 */
@NullMarked
package dev.gupfuzz.coordinator.kafka;

import org.jspecify.annotations.NullMarked;
