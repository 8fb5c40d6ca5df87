package io.undermoon.broker.storage.kubernetes;

import io.undermoon.metadata.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the API of Kubernetes is reached, and which objects are used there.
 *
 * @param server where the API server listens
 * @param path what its paths begin with, such as {@code /k8s/clusters/c-1}; empty or without a slash at its end
 * @param tokenFile the token to show, read at each call; absent for none
 * @param namespace of the objects
 * @param name of the ConfigMap with the index; those with the pieces begin with it
 * @param timeout for one call with its repetitions
 */
public record KubernetesOptions(
        HostPort server, String path, @Nullable Path tokenFile, String namespace, String name, Duration timeout) {
    @Override
    public String toString() {
        return "kubernetes " + server + path + " " + namespace + "/" + name;
    }
}
