/**
 * What runs on the nodes of a cluster, played with processes: the kubelet, the container runtime, the pod network,
 * cluster DNS, kube-proxy and a provisioner of volumes. They know the API server and nothing of Undermoon.
 */
@NullMarked
package io.undermoon.kubernetes.kubelet;

import org.jspecify.annotations.NullMarked;
