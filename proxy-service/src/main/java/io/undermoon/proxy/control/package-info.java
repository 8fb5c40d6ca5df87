/**
 * The contract of the commands that the proxy answers itself: {@link io.undermoon.proxy.control.LocalCommands} is the caller's
 * side, {@link io.undermoon.proxy.control.HandlerTable} that of the commands. The commands live in the packages below, one for
 * each family, and are registered in {@code server}; this package imports none of them.
 */
@NullMarked
package io.undermoon.proxy.control;

import org.jspecify.annotations.NullMarked;
