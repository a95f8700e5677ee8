/**
 * The state of all campaigns, owned by one thread. Read {@code Bookkeeper} first: it folds what the tails bring, sends what
 * {@code Dispatcher} plans, lets {@code BalanceCheck} verify the accounts and publishes immutable views.
 */
@NullMarked
package dev.gupfuzz.coordinator.book;

import org.jspecify.annotations.NullMarked;
