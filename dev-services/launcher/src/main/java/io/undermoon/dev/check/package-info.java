/**
 * The consistency checker: writers that know what they have written, what becomes of it, and what was found in the end.
 * Which data they write is in {@code workload}. Stands on {@code cluster} alone; knows no broker and no processes.
 */
@NullMarked
package io.undermoon.dev.check;

import org.jspecify.annotations.NullMarked;
