/**
 * A cluster for programs that develop and test against one. Runs the launcher that comes in the bundle; knows nothing
 * of Redis, and uses nothing but the JDK, as it is on the class path of applications' tests.
 */
@NullMarked
package io.undermoon.testing;

import org.jspecify.annotations.NullMarked;
