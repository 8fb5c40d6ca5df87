/**
 * Framing of commands and replies within buffers: where they begin and end, and where the arguments are. The lowest
 * floor of the proxy; knows no command, slot or node.
 */
@NullMarked
package io.undermoon.proxy.frame;

import org.jspecify.annotations.NullMarked;
