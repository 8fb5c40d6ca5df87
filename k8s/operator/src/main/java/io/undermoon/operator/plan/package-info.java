/** What to do next with a cluster, and what to say of it: pure functions of what was observed. */
@NullMarked
package io.undermoon.operator.plan;

import org.jspecify.annotations.NullMarked;
