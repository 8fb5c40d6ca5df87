/**
 * The services and the launcher as files in one jar: packed when this module is built, unpacked where a cluster is
 * started. Uses nothing but the JDK, as it is on the class path of applications' tests.
 */
@NullMarked
package io.undermoon.bundle;

import org.jspecify.annotations.NullMarked;
