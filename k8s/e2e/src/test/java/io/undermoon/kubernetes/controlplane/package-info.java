/** The control plane of Kubernetes as processes: etcd, API server, controllers, scheduler; and helm. */
@NullMarked
package io.undermoon.kubernetes.controlplane;

import org.jspecify.annotations.NullMarked;
