/** The walk-through of the Compose file, with a process of this machine in the place of each container. */
@NullMarked
package io.undermoon.system.compose;

import org.jspecify.annotations.NullMarked;
