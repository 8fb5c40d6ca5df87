/**
 * Measures how slots move: half of a full node's slots to another, by this system and by {@code redis-cli --cluster
 * reshard}, idle and under load, in one run. Of {@code bench} it uses the counting of replies; beside it, what brings a
 * stack up.
 */
@NullMarked
package io.undermoon.dev.bench.migration;

import org.jspecify.annotations.NullMarked;
