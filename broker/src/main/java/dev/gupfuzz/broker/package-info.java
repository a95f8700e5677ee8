/** The embedded single-node Kafka broker. Alone in its module, because it uses Kafka's internal classes. */
package dev.gupfuzz.broker;
