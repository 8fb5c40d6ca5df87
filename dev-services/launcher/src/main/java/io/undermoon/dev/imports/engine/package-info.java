/**
 * The import itself: what is still to be copied, checkpoints, attempts and the cut-over. Above {@code source} and
 * {@code destination}, which do not know each other.
 */
@NullMarked
package io.undermoon.dev.imports.engine;

import org.jspecify.annotations.NullMarked;
