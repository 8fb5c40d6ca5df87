/**
 * Micro-benchmarks of what each forwarded command passes through: finding commands and replies in the input, the slot
 * of a key, the decision where a command goes. Run by {@code mvn -Pjmh}; see docs/performance.md.
 */
@NullMarked
package io.undermoon.proxy.jmh;

import org.jspecify.annotations.NullMarked;
