/** The extension of JUnit 5 and later that gives tests a cluster. The only package that needs JUnit. */
@NullMarked
package io.undermoon.testing.junit;

import org.jspecify.annotations.NullMarked;
