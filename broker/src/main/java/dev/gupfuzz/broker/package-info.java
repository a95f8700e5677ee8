/** The embedded single-node Kafka broker. Alone in its module, because it uses Kafka's internal classes. */
@NullMarked
package dev.gupfuzz.broker;

import org.jspecify.annotations.NullMarked;
