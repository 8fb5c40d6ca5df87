/** Compares the keys of two installations: types, values and expiry times. */
@NullMarked
package io.undermoon.dev.imports.verify;

import org.jspecify.annotations.NullMarked;
