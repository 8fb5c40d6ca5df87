/** Tests of the program that the build has made, a jar or a native executable, from outside. */
@NullMarked
package io.undermoon.broker.executable;

import org.jspecify.annotations.NullMarked;
