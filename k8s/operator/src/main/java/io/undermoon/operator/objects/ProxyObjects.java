package io.undermoon.operator.objects;

import static io.undermoon.operator.objects.Parts.containerPort;
import static io.undermoon.operator.objects.Parts.env;
import static io.undermoon.operator.objects.Parts.fromField;
import static io.undermoon.operator.objects.Parts.readOnly;
import static io.undermoon.operator.objects.Parts.requests;
import static io.undermoon.operator.objects.Parts.restricted;
import static io.undermoon.operator.objects.Parts.secretVolume;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.objects.Names.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The proxy pods with their Redis nodes. */
final class ProxyObjects {
    private static final String USERS_PATH = "/etc/undermoon/users";
    private static final String REDIS_PATH = "/etc/undermoon/redis";
    private static final String EXTERNAL_PATH = "/etc/undermoon/external";
    private static final String DATA = "data";
    /** Of a Redis container's memory limit; the rest is for forks and replication. */
    private static final double MAXMEMORY_SHARE = 0.6;

    private final Owner owner;
    private final UndermoonClusterSpec spec;
    private final Names names;
    private final PodTemplates templates;

    ProxyObjects(Owner owner) {
        this.owner = owner;
        this.spec = owner.spec();
        this.names = owner.names();
        this.templates = new PodTemplates(owner);
    }

    HasMetadata redisConfig() {
        return new ConfigMapBuilder()
                .withMetadata(owner.meta(names.redisConfig(), Component.PROXY))
                .withData(Map.of("redis.conf", redisConf()))
                .build();
    }

    /** redis.conf without what differs between the two nodes of a pod. */
    private String redisConf() {
        Map<String, String> lines = new TreeMap<>();
        lines.put("appendonly", spec.storage == null ? "no" : "yes");
        lines.put("save", "\"\"");
        lines.put("protected-mode", "no");
        lines.put("repl-diskless-sync-delay", "0");
        Quantity limit = spec.redis.resources == null || spec.redis.resources.getLimits() == null
                ? null
                : spec.redis.resources.getLimits().get("memory");
        if (limit != null) {
            long bytes = Quantity.getAmountInBytes(limit).longValue();
            lines.put("maxmemory", Long.toString((long) (bytes * MAXMEMORY_SHARE)));
        }
        List<String> hashes = owner.access().redisHashes();
        if (!hashes.isEmpty()) {
            lines.put("user", "default on #" + String.join(" #", hashes) + " ~* &* +@all");
        }
        lines.putAll(spec.redis.config);
        StringBuilder text = new StringBuilder();
        lines.forEach((key, value) -> text.append(key)
                .append(' ')
                .append(value.isEmpty() ? "\"\"" : value)
                .append('\n'));
        return text.toString();
    }

    StatefulSet proxies(int replicas, @Nullable List<PersistentVolumeClaim> claims) {
        UndermoonClusterSpec.Storage storage = spec.storage;
        List<Volume> volumes = new ArrayList<>(List.of(
                secretVolume("access", names.access(), Access.SERVICES_TOKEN),
                new VolumeBuilder()
                        .withName("users")
                        .withNewSecret()
                        .withSecretName(names.users())
                        .endSecret()
                        .build(),
                new VolumeBuilder()
                        .withName("redis")
                        .withNewConfigMap()
                        .withName(names.redisConfig())
                        .endConfigMap()
                        .build()));
        List<VolumeMount> mounts =
                new ArrayList<>(List.of(readOnly("access", PodTemplates.ACCESS_PATH), readOnly("users", USERS_PATH)));
        List<EnvVar> env = proxyEnv(volumes, mounts);
        Container proxy = templates
                .service(Component.PROXY, spec.images.proxy, env, spec.proxyPods, "500m", "512Mi", "1Gi")
                .addToPorts(
                        containerPort("resp", Names.RESP_PORT),
                        containerPort("resp-replica", Names.REPLICA_PORT),
                        containerPort("http", Names.PROXY_HTTP_PORT))
                .withVolumeMounts(mounts)
                .build();
        if (spec.external != null) {
            proxy.getPorts().add(containerPort("external", Names.EXTERNAL_PORT));
            proxy.getPorts().add(containerPort("external-reads", Names.EXTERNAL_REPLICA_PORT));
        }
        if (storage == null) {
            volumes.add(new VolumeBuilder()
                    .withName(DATA)
                    .withNewEmptyDir()
                    .endEmptyDir()
                    .build());
        }
        PodTemplateSpec template = templates.template(
                Component.PROXY,
                List.of(proxy, redis(1, Names.REDIS_1_PORT), redis(2, Names.REDIS_2_PORT)),
                volumes,
                spec.proxyPods,
                false,
                // Redis reads its configuration when it starts only.
                Map.of("undermoon.io/redis-config", Digest.of(redisConf())));
        StatefulSet set = new StatefulSetBuilder()
                .withMetadata(owner.meta(names.proxy(), Component.PROXY))
                .withNewSpec()
                .withReplicas(replicas)
                .withServiceName(names.proxies())
                // A spare is never ready; waiting for it would stop the start of the others.
                .withPodManagementPolicy("Parallel")
                // The operator deletes pods itself, when the other half of their chunk has everything.
                .withNewUpdateStrategy()
                .withType("OnDelete")
                .endUpdateStrategy()
                .withNewSelector()
                .withMatchLabels(names.selector(Component.PROXY))
                .endSelector()
                .withTemplate(template)
                .endSpec()
                .build();
        if (storage != null) {
            set.getSpec().setVolumeClaimTemplates(claims == null ? List.of(claim(storage)) : claims);
            set.getSpec()
                    .setPersistentVolumeClaimRetentionPolicy(
                            new io.fabric8.kubernetes.api.model.apps
                                            .StatefulSetPersistentVolumeClaimRetentionPolicyBuilder()
                                    .withWhenScaled("Delete")
                                    .withWhenDeleted(storage.retain ? "Retain" : "Delete")
                                    .build());
        }
        return set;
    }

    private List<EnvVar> proxyEnv(List<Volume> volumes, List<VolumeMount> mounts) {
        String host = names.proxyHost("$(POD_NAME)");
        List<EnvVar> env = new ArrayList<>(List.of(
                fromField("POD_NAME", "metadata.name"),
                env("UNDERMOON_ADDRESS", "0.0.0.0:" + Names.RESP_PORT),
                env("UNDERMOON_ANNOUNCE_ADDRESS", host + ":" + Names.RESP_PORT),
                env("UNDERMOON_REPLICA_PORT", Integer.toString(Names.REPLICA_PORT)),
                env(
                        "UNDERMOON_NODE_ADDRESSES",
                        host + ":" + Names.REDIS_1_PORT + "," + host + ":" + Names.REDIS_2_PORT),
                // A pod is a failure domain of its own; where it runs the operator tells the broker.
                env("UNDERMOON_HOST", "$(POD_NAME)"),
                env("UNDERMOON_BROKER_ADDRESS", names.brokerAddresses(spec.brokers)),
                env("UNDERMOON_BROKER_TOKEN_FILE", PodTemplates.ACCESS_PATH + "/" + Access.SERVICES_TOKEN),
                templates.fromAccess("UNDERMOON_CONTROL_SECRET", Access.CONTROL_SECRET),
                env("UNDERMOON_USERS_FILE", USERS_PATH + "/" + UserFile.KEY),
                env("UNDERMOON_USERS_FILE_INTERVAL", "1s"),
                env("UNDERMOON_ACTIVE_REDIRECTION", Boolean.toString(spec.activeRedirection)),
                // Pods keep their names and get other addresses.
                env("JAVA_TOOL_OPTIONS", "-Dsun.net.inetaddr.ttl=1"),
                env("QUARKUS_HTTP_HOST", "0.0.0.0"),
                env("QUARKUS_HTTP_PORT", Integer.toString(Names.PROXY_HTTP_PORT))));
        env.addAll(templates.secrets(new TreeMap<>(Map.of(
                "UNDERMOON_ACCEPTED_CONTROL_SECRET", Access.ACCEPTED_CONTROL_SECRET,
                "UNDERMOON_REDIS_PASSWORD", Access.REDIS_PASSWORD,
                "UNDERMOON_ACCEPTED_REDIS_PASSWORD", Access.ACCEPTED_REDIS_PASSWORD))));
        UndermoonClusterSpec.Tls tls = spec.tls;
        if (tls != null) {
            env.add(env("UNDERMOON_TLS_ADDRESS", "0.0.0.0:" + Names.RESP_PORT));
            env.add(env("UNDERMOON_TLS_PEERS", "true"));
            env.add(env("UNDERMOON_TLS_AUTH_CLIENTS", tls.clientCertificates ? "yes" : "no"));
            PodTemplates.tlsFiles(tls, env, volumes, mounts);
        }
        if (spec.external != null) {
            env.add(env("UNDERMOON_EXTERNAL_ADDRESS", "0.0.0.0:" + Names.EXTERNAL_PORT));
            env.add(env("UNDERMOON_EXTERNAL_REPLICA_PORT", Integer.toString(Names.EXTERNAL_REPLICA_PORT)));
            env.add(env("UNDERMOON_EXTERNAL_ADDRESSES_FILE", EXTERNAL_PATH + "/" + ExternalObjects.KEY));
            volumes.add(new VolumeBuilder()
                    .withName("external")
                    .withNewConfigMap()
                    .withName(names.external())
                    .endConfigMap()
                    .build());
            mounts.add(readOnly("external", EXTERNAL_PATH));
        }
        return env;
    }

    private Container redis(int number, int port) {
        String name = "redis-" + number;
        ContainerBuilder container = new ContainerBuilder()
                .withName(name)
                .withImage(spec.images.redis)
                .withImagePullPolicy(spec.images.pullPolicy)
                .withCommand(
                        "redis-server", REDIS_PATH + "/redis.conf", "--port", Integer.toString(port), "--dir", "/data")
                .withSecurityContext(restricted(PodTemplates.REDIS_USER))
                .addToPorts(containerPort(name, port))
                .withNewReadinessProbe()
                .withNewTcpSocket()
                .withPort(new IntOrString(name))
                .endTcpSocket()
                .withPeriodSeconds(2)
                .endReadinessProbe()
                .withResources(spec.redis.resources == null ? requests("250m", "256Mi", null) : spec.redis.resources)
                .withVolumeMounts(
                        new VolumeMountBuilder()
                                .withName(DATA)
                                .withMountPath("/data")
                                .withSubPath(name)
                                .build(),
                        readOnly("redis", REDIS_PATH));
        return container.build();
    }

    private static PersistentVolumeClaim claim(UndermoonClusterSpec.Storage storage) {
        return new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withName(DATA)
                .endMetadata()
                .withNewSpec()
                .withAccessModes("ReadWriteOnce")
                .withStorageClassName(storage.storageClass)
                .withNewResources()
                .addToRequests("storage", new Quantity(storage.size))
                .endResources()
                .endSpec()
                .build();
    }
}
