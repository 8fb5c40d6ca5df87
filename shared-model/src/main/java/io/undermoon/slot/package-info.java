/**
 * Hash slots: the slot of a key and the algebra of slot ranges. Imports no other package of this module; no clusters,
 * no proxies.
 */
@NullMarked
package io.undermoon.slot;

import org.jspecify.annotations.NullMarked;
