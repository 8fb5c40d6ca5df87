/**
 * Brings one proxy up to date with the broker. Stands on {@code port}, {@code roster} and {@code pace}; whom to push to and in
 * which order is decided above.
 */
@NullMarked
package io.undermoon.coordinator.push;

import org.jspecify.annotations.NullMarked;
