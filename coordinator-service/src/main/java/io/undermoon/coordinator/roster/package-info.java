/**
 * What the proxies last said of themselves; written by detection and pushes, read by synchronisation. Stands on nothing but
 * the shared model.
 */
@NullMarked
package io.undermoon.coordinator.roster;

import org.jspecify.annotations.NullMarked;
