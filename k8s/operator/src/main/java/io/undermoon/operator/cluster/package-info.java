/** The reconciliation of clusters: what looks, and what carries out the steps that {@code plan} decides. */
@NullMarked
package io.undermoon.operator.cluster;

import org.jspecify.annotations.NullMarked;
