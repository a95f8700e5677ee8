/**
 * Whether every issued range is accounted for. {@code JobsFold} reads the jobs back, {@code Balance} sets the folds
 * against one another, {@code BalanceCheck} takes the consistent cut.
 */
@NullMarked
package dev.gupfuzz.coordinator.conservation;

import org.jspecify.annotations.NullMarked;
