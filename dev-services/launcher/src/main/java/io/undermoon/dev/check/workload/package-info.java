/**
 * The data that the checker writes, one class for each kind: the commands of its writers, what they remember, and what
 * must be found in the end.
 */
@NullMarked
package io.undermoon.dev.check.workload;

import org.jspecify.annotations.NullMarked;
