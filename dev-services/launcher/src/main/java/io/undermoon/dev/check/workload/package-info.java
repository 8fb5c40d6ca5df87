/**
 * What the checker writes, one class for each kind of data: what its writers do, what they remember, and what must be
 * found.
 */
@NullMarked
package io.undermoon.dev.check.workload;

import org.jspecify.annotations.NullMarked;
