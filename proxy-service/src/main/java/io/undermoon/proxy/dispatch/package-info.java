/**
 * Decides by its policy which room carries a command out. Stands above all families of commands.
 */
@NullMarked
package io.undermoon.proxy.dispatch;

import org.jspecify.annotations.NullMarked;
