/** {@code COMMAND}, and the discovery of commands of the Redis nodes that the command table lacks. */
@NullMarked
package io.undermoon.proxy.control.command;

import org.jspecify.annotations.NullMarked;
