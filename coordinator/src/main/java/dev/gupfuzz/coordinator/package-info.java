/** Campaigns, the ledger of ranges, dispatch, REST and metrics. */
package dev.gupfuzz.coordinator;
