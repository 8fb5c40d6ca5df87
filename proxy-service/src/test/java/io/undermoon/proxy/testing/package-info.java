/** What the tests of the proxy share: real Redis servers as processes, and a plain connection to them. */
@NullMarked
package io.undermoon.proxy.testing;

import org.jspecify.annotations.NullMarked;
