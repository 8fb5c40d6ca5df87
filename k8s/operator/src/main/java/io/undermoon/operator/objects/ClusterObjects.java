package io.undermoon.operator.objects;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LocalObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRuleBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.undermoon.operator.api.UndermoonCluster;
import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.objects.Names.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a cluster consists of: Services, StatefulSets of brokers and of proxies with their Redis nodes, a Deployment of
 * coordinators, and what protects them. Secrets are made elsewhere, as they are not functions of the spec.
 */
public final class ClusterObjects {
    private static final String TLS_PATH = "/etc/undermoon/tls";
    private static final String ACCESS_PATH = "/etc/undermoon/access";
    private static final String USERS_PATH = "/etc/undermoon/users";
    private static final String REDIS_PATH = "/etc/undermoon/redis";
    private static final String DATA = "data";
    private static final long SERVICE_USER = 185;
    private static final long REDIS_USER = 999;
    private static final int GRACE_SECONDS = 60;
    private static final int STARTUP_SECONDS = 60;
    /** Of a Redis container's memory limit; the rest is for forks and replication. */
    private static final double MAXMEMORY_SHARE = 0.6;

    private final UndermoonCluster cluster;
    private final UndermoonClusterSpec spec;
    private final Names names;

    public ClusterObjects(UndermoonCluster cluster, Names names) {
        this.cluster = cluster;
        this.spec = cluster.getSpec();
        this.names = names;
    }

    /**
     * All of them, in the order in which they are to be made.
     *
     * @param replicas the number of proxy pods, which is not that of the spec while slots have still to move
     * @param claims the volume claims of the StatefulSet as it is, which cannot be changed; null if there is none yet
     */
    public List<HasMetadata> all(int replicas, @Nullable List<PersistentVolumeClaim> claims) {
        List<HasMetadata> objects = new ArrayList<>();
        objects.addAll(brokerRights());
        objects.add(redisConfig());
        objects.add(headless(names.brokers(), Component.BROKER, List.of(port("http", Names.BROKER_PORT))));
        objects.add(headless(
                names.proxies(),
                Component.PROXY,
                List.of(
                        port("resp", Names.RESP_PORT),
                        port("resp-replica", Names.REPLICA_PORT),
                        port("redis-1", Names.REDIS_1_PORT),
                        port("redis-2", Names.REDIS_2_PORT))));
        objects.add(clientService());
        objects.add(budget(Component.BROKER, names.broker(), names.selector(Component.BROKER), 1));
        objects.add(budget(Component.COORDINATOR, names.coordinator(), names.selector(Component.COORDINATOR), 1));
        objects.add(proxyBudget());
        if (spec.networkPolicy) {
            objects.add(networkPolicy());
        }
        objects.add(brokers());
        objects.add(coordinators());
        objects.add(proxies(replicas, claims));
        return objects;
    }

    /** The proxy pods that the spec asks for. */
    public static int wantedProxies(UndermoonClusterSpec spec) {
        return spec.chunks * spec.copies + spec.spares;
    }

    private ObjectMeta meta(String name, @Nullable Component component) {
        return new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(names.namespace())
                .withLabels(component == null ? names.labels() : names.labels(component))
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion(cluster.getApiVersion())
                        .withKind(cluster.getKind())
                        .withName(cluster.getMetadata().getName())
                        .withUid(cluster.getMetadata().getUid())
                        .withController(true)
                        .withBlockOwnerDeletion(true)
                        .build())
                .build();
    }

    /** Metadata of an object that the caller makes. */
    public ObjectMeta meta(String name) {
        return meta(name, null);
    }

    private List<HasMetadata> brokerRights() {
        return List.of(
                new ServiceAccountBuilder()
                        .withMetadata(meta(names.broker(), Component.BROKER))
                        .build(),
                new RoleBuilder()
                        .withMetadata(meta(names.broker(), Component.BROKER))
                        .addNewRule()
                        .withApiGroups("")
                        .withResources("configmaps")
                        .withVerbs("create", "delete", "get", "list")
                        .endRule()
                        .addNewRule()
                        .withApiGroups("")
                        .withResources("configmaps")
                        .withResourceNames(names.metadata())
                        .withVerbs("update", "watch")
                        .endRule()
                        .build(),
                new RoleBindingBuilder()
                        .withMetadata(meta(names.broker(), Component.BROKER))
                        .withNewRoleRef("rbac.authorization.k8s.io", "Role", names.broker())
                        .addNewSubject()
                        .withKind("ServiceAccount")
                        .withName(names.broker())
                        .withNamespace(names.namespace())
                        .endSubject()
                        .build());
    }

    private HasMetadata redisConfig() {
        return new ConfigMapBuilder()
                .withMetadata(meta(names.redisConfig(), Component.PROXY))
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
        lines.putAll(spec.redis.config);
        StringBuilder text = new StringBuilder();
        lines.forEach((key, value) -> text.append(key)
                .append(' ')
                .append(value.isEmpty() ? "\"\"" : value)
                .append('\n'));
        return text.toString();
    }

    private static ServicePort port(String name, int port) {
        return new ServicePortBuilder()
                .withName(name)
                .withPort(port)
                .withTargetPort(new IntOrString(name))
                .withProtocol("TCP")
                .build();
    }

    /** A Service for names, also of pods that are not ready: they have to reach each other before. */
    private Service headless(String name, Component component, List<ServicePort> ports) {
        return new ServiceBuilder()
                .withMetadata(meta(name, component))
                .withNewSpec()
                .withClusterIP("None")
                .withPublishNotReadyAddresses(true)
                .withSelector(names.selector(component))
                .withPorts(ports)
                .endSpec()
                .build();
    }

    /** What clients connect to first. Spares are not ready, so it leads to proxies with slots only. */
    private Service clientService() {
        Service service = new ServiceBuilder()
                .withMetadata(meta(names.cluster(), Component.PROXY))
                .withNewSpec()
                .withType(spec.service.type)
                .withSelector(names.selector(Component.PROXY))
                .withPorts(port("resp", Names.RESP_PORT))
                .endSpec()
                .build();
        if (!spec.service.annotations.isEmpty()) {
            service.getMetadata().setAnnotations(new TreeMap<>(spec.service.annotations));
        }
        return service;
    }

    private PodDisruptionBudget budget(
            Component component, String name, Map<String, String> selector, int unavailable) {
        return new PodDisruptionBudgetBuilder()
                .withMetadata(meta(name, component))
                .withNewSpec()
                .withNewSelector()
                .withMatchLabels(selector)
                .endSelector()
                .withMaxUnavailable(new IntOrString(unavailable))
                .endSpec()
                .build();
    }

    /**
     * No proxy of a chunk is evicted: the operator moves its masters away and deletes the pod itself when its node is
     * being drained. Spares may be evicted at any time.
     */
    private PodDisruptionBudget proxyBudget() {
        Map<String, String> selector = names.selector(Component.PROXY);
        selector.put(Names.IN_USE_LABEL, "true");
        return budget(Component.PROXY, names.proxy(), selector, 0);
    }

    private StatefulSet brokers() {
        List<EnvVar> env = new ArrayList<>(List.of(
                env("UNDERMOON_ADDRESS", "0.0.0.0:" + Names.BROKER_PORT),
                env("UNDERMOON_ACCOUNTS_FILE", ACCESS_PATH + "/accounts"),
                env("UNDERMOON_STORAGE_TYPE", "kubernetes"),
                env("UNDERMOON_KUBERNETES_NAME", names.metadata()),
                fromAccess("UNDERMOON_CONTROL_SECRET", Access.CONTROL_SECRET)));
        List<Volume> volumes = new ArrayList<>(List.of(secretVolume("access", names.access(), Access.ACCOUNTS)));
        List<VolumeMount> mounts = new ArrayList<>(List.of(readOnly("access", ACCESS_PATH)));
        tlsOfControlPlane(env, volumes, mounts);
        Container container = service(
                        Component.BROKER, spec.images.broker, env, spec.brokerPods, "100m", "256Mi", "512Mi")
                .addToPorts(containerPort("http", Names.BROKER_PORT))
                .withVolumeMounts(mounts)
                .build();
        PodTemplateSpec template = template(Component.BROKER, List.of(container), volumes, spec.brokerPods, true);
        return new StatefulSetBuilder()
                .withMetadata(meta(names.broker(), Component.BROKER))
                .withNewSpec()
                .withReplicas(spec.brokers)
                .withServiceName(names.brokers())
                .withPodManagementPolicy("Parallel")
                .withNewSelector()
                .withMatchLabels(names.selector(Component.BROKER))
                .endSelector()
                .withTemplate(template)
                .endSpec()
                .build();
    }

    private Deployment coordinators() {
        List<EnvVar> env = new ArrayList<>(List.of(
                fromField("UNDERMOON_REPORTER_ID", "metadata.name"),
                env("UNDERMOON_BROKER_ADDRESS", names.brokerAddresses(spec.brokers)),
                env("UNDERMOON_BROKER_TOKEN_FILE", ACCESS_PATH + "/" + Access.SERVICES_TOKEN),
                fromAccess("UNDERMOON_CONTROL_SECRET", Access.CONTROL_SECRET),
                env("UNDERMOON_ADDRESS", "127.0.0.1:6699"),
                env("QUARKUS_HTTP_HOST", "0.0.0.0"),
                env("QUARKUS_HTTP_PORT", Integer.toString(Names.COORDINATOR_PORT))));
        List<Volume> volumes = new ArrayList<>(List.of(secretVolume("access", names.access(), Access.SERVICES_TOKEN)));
        List<VolumeMount> mounts = new ArrayList<>(List.of(readOnly("access", ACCESS_PATH)));
        tlsOfControlPlane(env, volumes, mounts);
        Container container = service(
                        Component.COORDINATOR,
                        spec.images.coordinator,
                        env,
                        spec.coordinatorPods,
                        "100m",
                        "256Mi",
                        "512Mi")
                .addToPorts(containerPort("http", Names.COORDINATOR_PORT))
                .withVolumeMounts(mounts)
                .build();
        return new DeploymentBuilder()
                .withMetadata(meta(names.coordinator(), Component.COORDINATOR))
                .withNewSpec()
                .withReplicas(spec.coordinators)
                .withNewSelector()
                .withMatchLabels(names.selector(Component.COORDINATOR))
                .endSelector()
                .withTemplate(template(Component.COORDINATOR, List.of(container), volumes, spec.coordinatorPods, false))
                .endSpec()
                .build();
    }

    private StatefulSet proxies(int replicas, @Nullable List<PersistentVolumeClaim> claims) {
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
                new ArrayList<>(List.of(readOnly("access", ACCESS_PATH), readOnly("users", USERS_PATH)));
        List<EnvVar> env = proxyEnv(volumes, mounts);
        Container proxy = service(Component.PROXY, spec.images.proxy, env, spec.proxyPods, "500m", "512Mi", "1Gi")
                .addToPorts(
                        containerPort("resp", Names.RESP_PORT),
                        containerPort("resp-replica", Names.REPLICA_PORT),
                        containerPort("http", Names.PROXY_HTTP_PORT))
                .withVolumeMounts(mounts)
                .build();
        if (storage == null) {
            volumes.add(new VolumeBuilder()
                    .withName(DATA)
                    .withNewEmptyDir()
                    .endEmptyDir()
                    .build());
        }
        PodTemplateSpec template = template(
                Component.PROXY,
                List.of(proxy, redis(1, Names.REDIS_1_PORT), redis(2, Names.REDIS_2_PORT)),
                volumes,
                spec.proxyPods,
                false);
        StatefulSet set = new StatefulSetBuilder()
                .withMetadata(meta(names.proxy(), Component.PROXY))
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
                env("UNDERMOON_BROKER_TOKEN_FILE", ACCESS_PATH + "/" + Access.SERVICES_TOKEN),
                fromAccess("UNDERMOON_CONTROL_SECRET", Access.CONTROL_SECRET),
                env("UNDERMOON_USERS_FILE", USERS_PATH + "/" + UserFile.KEY),
                env("UNDERMOON_USERS_FILE_INTERVAL", "1s"),
                env("UNDERMOON_ACTIVE_REDIRECTION", Boolean.toString(spec.activeRedirection)),
                // Pods keep their names and get other addresses.
                env("JAVA_TOOL_OPTIONS", "-Dsun.net.inetaddr.ttl=1"),
                env("QUARKUS_HTTP_HOST", "0.0.0.0"),
                env("QUARKUS_HTTP_PORT", Integer.toString(Names.PROXY_HTTP_PORT))));
        UndermoonClusterSpec.Tls tls = spec.tls;
        if (tls != null) {
            env.add(env("UNDERMOON_TLS_ADDRESS", "0.0.0.0:" + Names.RESP_PORT));
            env.add(env("UNDERMOON_TLS_PEERS", "true"));
            env.add(env("UNDERMOON_TLS_AUTH_CLIENTS", tls.clientCertificates ? "yes" : "no"));
            tlsFiles(tls, env, volumes, mounts);
        }
        return env;
    }

    private void tlsOfControlPlane(List<EnvVar> env, List<Volume> volumes, List<VolumeMount> mounts) {
        env.add(env("JAVA_TOOL_OPTIONS", "-Dsun.net.inetaddr.ttl=1"));
        UndermoonClusterSpec.Tls tls = spec.tls;
        if (tls != null) {
            env.add(env("UNDERMOON_TLS_PROXIES", "true"));
            tlsFiles(tls, env, volumes, mounts);
        }
    }

    private static void tlsFiles(
            UndermoonClusterSpec.Tls tls, List<EnvVar> env, List<Volume> volumes, List<VolumeMount> mounts) {
        env.add(env("UNDERMOON_TLS_CERT_FILE", TLS_PATH + "/tls.crt"));
        env.add(env("UNDERMOON_TLS_KEY_FILE", TLS_PATH + "/tls.key"));
        env.add(env("UNDERMOON_TLS_CA_CERT_FILE", TLS_PATH + "/ca.crt"));
        volumes.add(new VolumeBuilder()
                .withName("tls")
                .withNewSecret()
                .withSecretName(tls.secret)
                .endSecret()
                .build());
        mounts.add(readOnly("tls", TLS_PATH));
    }

    private Container redis(int number, int port) {
        String name = "redis-" + number;
        ContainerBuilder container = new ContainerBuilder()
                .withName(name)
                .withImage(spec.images.redis)
                .withImagePullPolicy(spec.images.pullPolicy)
                .withCommand(
                        "redis-server", REDIS_PATH + "/redis.conf", "--port", Integer.toString(port), "--dir", "/data")
                .withSecurityContext(restricted(REDIS_USER))
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

    private ContainerBuilder service(
            Component component,
            String image,
            List<EnvVar> env,
            UndermoonClusterSpec.Pods pods,
            String cpu,
            String memory,
            String maxMemory) {
        List<EnvVar> all = new ArrayList<>(env);
        all.removeIf(variable -> pods.env.containsKey(variable.getName()));
        pods.env.forEach((name, value) -> all.add(env(name, value)));
        return new ContainerBuilder()
                .withName(component.label())
                .withImage(image)
                .withImagePullPolicy(spec.images.pullPolicy)
                .withSecurityContext(restricted(SERVICE_USER))
                .withEnv(all)
                .withNewStartupProbe()
                .withNewHttpGet()
                .withPath("/q/health/started")
                .withPort(new IntOrString("http"))
                .endHttpGet()
                .withPeriodSeconds(1)
                .withFailureThreshold(STARTUP_SECONDS)
                .endStartupProbe()
                .withNewLivenessProbe()
                .withNewHttpGet()
                .withPath("/q/health/live")
                .withPort(new IntOrString("http"))
                .endHttpGet()
                .endLivenessProbe()
                .withNewReadinessProbe()
                .withNewHttpGet()
                .withPath("/q/health/ready")
                .withPort(new IntOrString("http"))
                .endHttpGet()
                .withPeriodSeconds(2)
                .endReadinessProbe()
                .withResources(pods.resources == null ? requests(cpu, memory, maxMemory) : pods.resources);
    }

    private PodTemplateSpec template(
            Component component,
            List<Container> containers,
            List<Volume> volumes,
            UndermoonClusterSpec.Pods pods,
            boolean callsKubernetes) {
        PodSpecBuilder pod = new PodSpecBuilder()
                .withAutomountServiceAccountToken(callsKubernetes)
                // Else variables such as UNDERMOON_BROKER_PORT appear, which are no settings.
                .withEnableServiceLinks(false)
                .withTerminationGracePeriodSeconds((long) GRACE_SECONDS)
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withFsGroup(component == Component.PROXY ? REDIS_USER : SERVICE_USER)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .withAffinity(apart(component))
                .withTopologySpreadConstraints(spread(component))
                .withContainers(containers)
                .withVolumes(volumes);
        if (callsKubernetes) {
            pod.withServiceAccountName(names.of(component));
        }
        if (pods.priorityClass != null) {
            pod.withPriorityClassName(pods.priorityClass);
        }
        spec.images.pullSecrets.forEach(secret -> pod.addToImagePullSecrets(
                new LocalObjectReferenceBuilder().withName(secret).build()));
        PodTemplateSpec template = new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(names.labels(component))
                .endMetadata()
                .withSpec(pod.build())
                .build();
        if (component == Component.PROXY) {
            // Redis reads its configuration when it starts only.
            template.getMetadata()
                    .setAnnotations(new TreeMap<>(Map.of("undermoon.io/redis-config", Digest.of(redisConf()))));
        }
        return Overrides.apply(template, pods.template);
    }

    /** On different nodes where there are enough. */
    private Affinity apart(Component component) {
        return new AffinityBuilder()
                .withNewPodAntiAffinity()
                .addNewPreferredDuringSchedulingIgnoredDuringExecution()
                .withWeight(100)
                .withNewPodAffinityTerm()
                .withTopologyKey("kubernetes.io/hostname")
                .withNewLabelSelector()
                .withMatchLabels(names.selector(component))
                .endLabelSelector()
                .endPodAffinityTerm()
                .endPreferredDuringSchedulingIgnoredDuringExecution()
                .endPodAntiAffinity()
                .build();
    }

    /** As many in each zone, and on each node. */
    private List<TopologySpreadConstraint> spread(Component component) {
        List<TopologySpreadConstraint> constraints = new ArrayList<>();
        for (String key : List.of("topology.kubernetes.io/zone", "kubernetes.io/hostname")) {
            constraints.add(new TopologySpreadConstraintBuilder()
                    .withMaxSkew(1)
                    .withTopologyKey(key)
                    .withWhenUnsatisfiable("ScheduleAnyway")
                    .withNewLabelSelector()
                    .withMatchLabels(names.selector(component))
                    .endLabelSelector()
                    .build());
        }
        return constraints;
    }

    /** Clients and monitoring reach what is theirs, everything else is for the pods of the cluster. */
    private NetworkPolicy networkPolicy() {
        return new NetworkPolicyBuilder()
                .withMetadata(meta(names.cluster(), null))
                .withNewSpec()
                .withNewPodSelector()
                .withMatchLabels(names.selector())
                .endPodSelector()
                .withPolicyTypes("Ingress")
                .withIngress(
                        new NetworkPolicyIngressRuleBuilder()
                                .addNewFrom()
                                .withNewPodSelector()
                                .withMatchLabels(names.selector())
                                .endPodSelector()
                                .endFrom()
                                .build(),
                        fromEverywhere(Names.RESP_PORT, Names.REPLICA_PORT),
                        // Health, metrics, and the API of the broker, which asks for an account.
                        fromEverywhere(Names.PROXY_HTTP_PORT, Names.COORDINATOR_PORT, Names.BROKER_PORT))
                .endSpec()
                .build();
    }

    private static NetworkPolicyIngressRule fromEverywhere(int... ports) {
        NetworkPolicyIngressRuleBuilder rule = new NetworkPolicyIngressRuleBuilder();
        for (int port : ports) {
            rule.addNewPort()
                    .withPort(new IntOrString(port))
                    .withProtocol("TCP")
                    .endPort();
        }
        return rule.build();
    }

    private static ResourceRequirements requests(String cpu, String memory, @Nullable String maxMemory) {
        ResourceRequirementsBuilder resources = new ResourceRequirementsBuilder()
                .addToRequests("cpu", new Quantity(cpu))
                .addToRequests("memory", new Quantity(memory));
        if (maxMemory != null) {
            resources.addToLimits("memory", new Quantity(maxMemory));
        }
        return resources.build();
    }

    /** As the Pod Security Standard "restricted" asks for. */
    private static SecurityContext restricted(long user) {
        return new SecurityContextBuilder()
                .withRunAsNonRoot(true)
                .withRunAsUser(user)
                .withAllowPrivilegeEscalation(false)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .build();
    }

    private static io.fabric8.kubernetes.api.model.ContainerPort containerPort(String name, int port) {
        return new io.fabric8.kubernetes.api.model.ContainerPortBuilder()
                .withName(name)
                .withContainerPort(port)
                .withProtocol("TCP")
                .build();
    }

    private static Volume secretVolume(String name, String secret, String key) {
        return new VolumeBuilder()
                .withName(name)
                .withNewSecret()
                .withSecretName(secret)
                .addNewItem()
                .withKey(key)
                .withPath(key)
                .endItem()
                .endSecret()
                .build();
    }

    private static VolumeMount readOnly(String name, String path) {
        return new VolumeMountBuilder()
                .withName(name)
                .withMountPath(path)
                .withReadOnly(true)
                .build();
    }

    private static EnvVar env(String name, String value) {
        return new EnvVarBuilder().withName(name).withValue(value).build();
    }

    private static EnvVar fromField(String name, String field) {
        return new EnvVarBuilder()
                .withName(name)
                .withNewValueFrom()
                .withNewFieldRef()
                .withFieldPath(field)
                .endFieldRef()
                .endValueFrom()
                .build();
    }

    private EnvVar fromAccess(String name, String key) {
        return new EnvVarBuilder()
                .withName(name)
                .withNewValueFrom()
                .withNewSecretKeyRef()
                .withName(names.access())
                .withKey(key)
                .endSecretKeyRef()
                .endValueFrom()
                .build();
    }
}
