/**
 * The reconciliation of clusters: one class observes, pure ones decide what is to exist and what is the next step, and one
 * carries the step out.
 */
@NullMarked
package io.undermoon.operator.cluster;

import org.jspecify.annotations.NullMarked;
