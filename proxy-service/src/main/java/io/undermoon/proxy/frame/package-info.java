/**
 * Commands and replies as they stand in the buffers: where they begin and end, and where their arguments are. The lowest
 * floor of the proxy; knows no command, slot or node.
 */
@NullMarked
package io.undermoon.proxy.frame;

import org.jspecify.annotations.NullMarked;
