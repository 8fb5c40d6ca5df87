/**
 * {@code COMMAND}, and the discovery of the commands that the Redis nodes have beyond the table of the proxy.
 */
@NullMarked
package io.undermoon.proxy.control.command;

import org.jspecify.annotations.NullMarked;
