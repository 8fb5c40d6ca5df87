/** What reconcilers of all kinds use of Kubernetes: Secrets, Events, brokers in pods, writes of objects, conditions. */
@NullMarked
package io.undermoon.operator.kube;

import org.jspecify.annotations.NullMarked;
