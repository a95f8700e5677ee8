/**
 * The HTTP surface. {@code Api} holds the one table of routes with their scopes, {@code HttpFrontend} serves it,
 * {@code AccessTokens} decides who may, {@code Documents} spells the answers.
 */
@NullMarked
package dev.gupfuzz.coordinator.http;

import org.jspecify.annotations.NullMarked;
