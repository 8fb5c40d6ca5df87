/** What the tests of several modules need alike; never part of a service. */
@NullMarked
package io.undermoon.testsupport;

import org.jspecify.annotations.NullMarked;
