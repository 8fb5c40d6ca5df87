/** What tests of whole systems share: a stack of the launcher, who works on its clusters, clients in many languages. */
@NullMarked
package io.undermoon.system.testing;

import org.jspecify.annotations.NullMarked;
