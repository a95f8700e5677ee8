/** What travels through Kafka and is stored: campaigns, ranges, range results, findings, and their codecs. */
package dev.gupfuzz.campaign;
