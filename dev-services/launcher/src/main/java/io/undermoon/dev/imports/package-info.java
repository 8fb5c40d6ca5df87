/**
 * Import of data from another Redis into a running cluster, see docs/importing.md. Here is only what all rooms below
 * share: options and errors. Below {@code cli}, above {@code clusterclient}.
 */
@NullMarked
package io.undermoon.dev.imports;

import org.jspecify.annotations.NullMarked;
