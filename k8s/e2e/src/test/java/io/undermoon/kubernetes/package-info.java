/** Tests of the chart, and of Undermoon in a real Kubernetes whose nodes are played. */
@NullMarked
package io.undermoon.kubernetes;

import org.jspecify.annotations.NullMarked;
