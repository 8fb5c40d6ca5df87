/**
 * {@code undermoon import}: what the import of {@code io.undermoon.dev.imports} is told, and what it reports.
 */
@NullMarked
package io.undermoon.dev.cli.imports;

import org.jspecify.annotations.NullMarked;
