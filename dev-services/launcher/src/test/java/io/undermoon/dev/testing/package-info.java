/** What tests of the launcher and of whole systems share: ports, the launcher as a process, servers, their contents. */
@NullMarked
package io.undermoon.dev.testing;

import org.jspecify.annotations.NullMarked;
