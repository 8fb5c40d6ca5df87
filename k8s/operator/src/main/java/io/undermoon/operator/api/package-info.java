/**
 * The custom resources, as classes from which the build generates their CRDs. Their fields are public and mutable
 * because the Kubernetes client reads and writes them so; nothing else in the operator changes them, except a status
 * of its own.
 */
@NullMarked
package io.undermoon.operator.api;

import org.jspecify.annotations.NullMarked;
