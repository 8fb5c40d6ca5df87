/** A program that tests run beside themselves, so that Lettuce 7 has a class path of its own. */
@NullMarked
package io.undermoon.dev.lettuce;

import org.jspecify.annotations.NullMarked;
