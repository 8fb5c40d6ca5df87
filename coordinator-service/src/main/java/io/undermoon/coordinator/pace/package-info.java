/**
 * How much at once and how often: bounded concurrency and growing pauses. Knows nothing of brokers or proxies; imports no other
 * room.
 */
@NullMarked
package io.undermoon.coordinator.pace;

import org.jspecify.annotations.NullMarked;
