/** What the tests of the launcher share: free ports, the launcher as a process, Redis clients behind one face. */
@NullMarked
package io.undermoon.dev.testing;

import org.jspecify.annotations.NullMarked;
