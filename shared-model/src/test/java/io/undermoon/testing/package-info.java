/** What the tests share: generators of random values from a seed. */
@NullMarked
package io.undermoon.testing;

import org.jspecify.annotations.NullMarked;
