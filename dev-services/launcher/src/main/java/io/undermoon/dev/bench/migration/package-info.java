/**
 * Measures how slots move: half of a full node's slots to another, by this system and by {@code redis-cli --cluster
 * reshard}, idle and under load, in one run. It uses the reply counting of {@code bench} and starts stacks with {@code
 * lifecycle}.
 */
@NullMarked
package io.undermoon.dev.bench.migration;

import org.jspecify.annotations.NullMarked;
