/**
 * Commands for several nodes: commands split by slot, commands about all keys or scripts, and the merging of replies
 * into one.
 */
@NullMarked
package io.undermoon.proxy.gather;

import org.jspecify.annotations.NullMarked;
