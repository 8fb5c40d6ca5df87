/** Patterns of keys, channels and names as Redis has them. Imports no other package of this module. */
@NullMarked
package io.undermoon.glob;

import org.jspecify.annotations.NullMarked;
