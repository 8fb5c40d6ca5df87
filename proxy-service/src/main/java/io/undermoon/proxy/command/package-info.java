/**
 * The command table: which commands there are, what they need, where their keys stand, and what the proxy does with each of them.
 * Stands on {@code frame} and on the slots and the protocol of the shared model; knows no connection, route or session.
 */
@NullMarked
package io.undermoon.proxy.command;

import org.jspecify.annotations.NullMarked;
