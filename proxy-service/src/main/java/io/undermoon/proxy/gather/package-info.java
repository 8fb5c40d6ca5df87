/**
 * Commands that concern several nodes: which nodes those are, the replies of all of them, and the one reply made of these.
 * Stands on {@code backend}, {@code topology} and what is below; knows no client.
 */
@NullMarked
package io.undermoon.proxy.gather;

import org.jspecify.annotations.NullMarked;
