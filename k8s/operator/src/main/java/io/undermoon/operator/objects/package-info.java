/** The objects in Kubernetes that a cluster consists of, as pure functions of its spec. */
@NullMarked
package io.undermoon.operator.objects;

import org.jspecify.annotations.NullMarked;
