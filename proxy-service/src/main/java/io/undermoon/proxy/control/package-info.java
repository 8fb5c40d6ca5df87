/**
 * The contract of the commands that the proxy answers itself: callers use {@link
 * io.undermoon.proxy.control.LocalCommands}, commands register with {@link io.undermoon.proxy.control.HandlerTable}.
 * The commands are in the packages below, one for each family. This package imports none of them; {@code server}
 * registers them.
 */
@NullMarked
package io.undermoon.proxy.control;

import org.jspecify.annotations.NullMarked;
