/** Where an import writes: the record of the import, a marker in every slot, and batches of keys within one slot. */
@NullMarked
package io.undermoon.dev.imports.destination;

import org.jspecify.annotations.NullMarked;
