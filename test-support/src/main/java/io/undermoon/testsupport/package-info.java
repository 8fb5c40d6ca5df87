/** What the tests of several modules need alike. Only the JDK; never part of a service. */
@NullMarked
package io.undermoon.testsupport;

import org.jspecify.annotations.NullMarked;
