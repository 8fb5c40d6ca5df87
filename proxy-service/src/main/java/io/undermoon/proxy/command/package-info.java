/**
 * The command table: all commands with their arity, flags, key positions, and the proxy's policy for each. Uses
 * {@code frame} and the slots and protocol of the shared model; knows no connection, route or session.
 */
@NullMarked
package io.undermoon.proxy.command;

import org.jspecify.annotations.NullMarked;
