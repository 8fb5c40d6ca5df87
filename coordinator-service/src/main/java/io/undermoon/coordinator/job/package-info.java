/**
 * The top floor: wires the service, runs each loop once per interval, watches the broker for changes, and holds metrics
 * and health checks. No other room imports it.
 */
@NullMarked
package io.undermoon.coordinator.job;

import org.jspecify.annotations.NullMarked;
