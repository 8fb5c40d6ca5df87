package io.undermoon.kubernetes.kubelet;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Path;

/** What a cluster has beside nodes: names, the addresses of services, and volumes for claims. */
public final class ClusterNetwork implements AutoCloseable {
    private final Endpoints endpoints;
    private final ClusterDns dns;
    private final ServiceProxy services;
    private final DirectoryProvisioner volumes;

    /** @param volumes the directory where volumes are made */
    public ClusterNetwork(KubernetesClient client, Path volumes) throws IOException {
        this.endpoints = new Endpoints(client);
        this.dns = new ClusterDns(endpoints);
        this.services = new ServiceProxy(endpoints);
        this.volumes = new DirectoryProvisioner(client, volumes);
    }

    @Override
    public void close() {
        volumes.close();
        services.close();
        dns.close();
        endpoints.close();
    }
}
