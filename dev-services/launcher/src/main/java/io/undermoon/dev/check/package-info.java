/**
 * The consistency checker: writers that remember what they have written, and the comparison with the cluster's data in
 * the end. The kinds of data are in {@code workload}. Uses {@code clusterclient} alone; knows no broker and no
 * processes.
 */
@NullMarked
package io.undermoon.dev.check;

import org.jspecify.annotations.NullMarked;
