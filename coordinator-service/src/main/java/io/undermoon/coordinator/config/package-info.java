/**
 * The configuration keys of this service and how their values are read. Imports no other room.
 */
@NullMarked
package io.undermoon.coordinator.config;

import org.jspecify.annotations.NullMarked;
