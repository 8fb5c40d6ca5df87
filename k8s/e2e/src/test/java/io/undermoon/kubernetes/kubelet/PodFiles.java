package io.undermoon.kubernetes.kubelet;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.undermoon.kubernetes.kubelet.Sandbox.Mount;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** What the containers of a pod find: variables, volumes, the servers that know names. */
record PodFiles(Pod pod, DownwardApi downward, ContainerEnvironment environments, Volumes volumes) {
    Map<String, String> environment(Container container, Map<String, String> image) {
        return environments.of(pod, container, image, downward);
    }

    List<Mount> mounts(Container container, Map<String, String> environment) throws IOException {
        return volumes.mounts(container, environment);
    }

    String resolvers() {
        String namespace = pod.getMetadata().getNamespace();
        return "nameserver " + PodNetwork.NODE + "\nsearch " + namespace
                + ".svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n";
    }
}
