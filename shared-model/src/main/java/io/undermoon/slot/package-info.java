/**
 * Hash slots: the slot of a key and the algebra of slot ranges. Ground floor: knows nothing of clusters or proxies.
 */
@NullMarked
package io.undermoon.slot;

import org.jspecify.annotations.NullMarked;
