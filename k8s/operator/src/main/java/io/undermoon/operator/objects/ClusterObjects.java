package io.undermoon.operator.objects;

import static io.undermoon.operator.objects.Parts.port;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.undermoon.operator.api.UndermoonCluster;
import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.objects.Names.Component;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a cluster consists of: Services, StatefulSets of brokers and of proxies with their Redis nodes, a Deployment of
 * coordinators, and what protects them. Secrets are made elsewhere, as they are not functions of the spec.
 */
public final class ClusterObjects {
    private final Owner owner;

    /** @param access the secrets of the cluster, which pods are told */
    public ClusterObjects(UndermoonCluster cluster, Names names, Access access) {
        this.owner = new Owner(cluster, names, access);
    }

    /**
     * All of them, in the order in which they are to be made.
     *
     * @param replicas the number of proxy pods, which is not that of the spec while slots have still to move
     * @param claims the volume claims of the StatefulSet as it is, which cannot be changed; null if there is none yet
     */
    public List<HasMetadata> all(int replicas, @Nullable List<PersistentVolumeClaim> claims) {
        UndermoonClusterSpec spec = owner.spec();
        Names names = owner.names();
        ControlPlaneObjects controlPlane = new ControlPlaneObjects(owner);
        ProxyObjects proxies = new ProxyObjects(owner);
        ServiceObjects services = new ServiceObjects(owner);
        Protection protection = new Protection(owner);
        List<HasMetadata> objects = new ArrayList<>(controlPlane.brokerRights());
        objects.add(proxies.redisConfig());
        objects.add(services.headless(names.brokers(), Component.BROKER, List.of(port("http", Names.BROKER_PORT))));
        objects.add(services.headless(
                names.proxies(),
                Component.PROXY,
                List.of(
                        port("resp", Names.RESP_PORT),
                        port("resp-replica", Names.REPLICA_PORT),
                        port("redis-1", Names.REDIS_1_PORT),
                        port("redis-2", Names.REDIS_2_PORT))));
        objects.add(services.clientService());
        objects.add(protection.budget(Component.BROKER, names.broker(), names.selector(Component.BROKER), 1));
        objects.add(protection.budget(
                Component.COORDINATOR, names.coordinator(), names.selector(Component.COORDINATOR), 1));
        objects.add(protection.proxyBudget());
        if (spec.networkPolicy) {
            objects.add(protection.networkPolicy());
        }
        objects.add(controlPlane.brokers());
        objects.add(controlPlane.coordinators());
        objects.add(proxies.proxies(replicas, claims));
        return objects;
    }

    /** The proxy pods that the spec asks for. */
    public static int wantedProxies(UndermoonClusterSpec spec) {
        return spec.chunks * spec.copies + spec.spares;
    }

    /** Metadata of an object that the caller makes. */
    public ObjectMeta meta(String name) {
        return owner.meta(name, null);
    }
}
