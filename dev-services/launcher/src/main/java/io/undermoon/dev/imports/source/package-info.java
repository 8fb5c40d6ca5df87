/** Where an import reads: masters that are followed as a replica follows them, and keys that are read again. */
@NullMarked
package io.undermoon.dev.imports.source;

import org.jspecify.annotations.NullMarked;
