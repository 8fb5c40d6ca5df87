/**
 * The RESP port for operators. Imports only {@code port}; knows no loop and no adapter.
 */
@NullMarked
package io.undermoon.coordinator.admin;

import org.jspecify.annotations.NullMarked;
