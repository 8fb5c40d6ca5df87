/**
 * {@code undermoon bench}: what the benchmarks of {@code io.undermoon.dev.bench} are told, and where their figures go.
 */
@NullMarked
package io.undermoon.dev.cli.bench;

import org.jspecify.annotations.NullMarked;
