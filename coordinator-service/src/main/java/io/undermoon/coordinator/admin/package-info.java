/**
 * The RESP port for operators. Stands on {@code port}; knows no loop and no adapter.
 */
@NullMarked
package io.undermoon.coordinator.admin;

import org.jspecify.annotations.NullMarked;
