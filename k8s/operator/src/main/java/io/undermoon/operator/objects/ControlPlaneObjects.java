package io.undermoon.operator.objects;

import static io.undermoon.operator.objects.Parts.containerPort;
import static io.undermoon.operator.objects.Parts.env;
import static io.undermoon.operator.objects.Parts.fromField;
import static io.undermoon.operator.objects.Parts.readOnly;
import static io.undermoon.operator.objects.Parts.secretVolume;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.objects.Names.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Brokers with their rights, and coordinators. */
final class ControlPlaneObjects {
    private final Owner owner;
    private final UndermoonClusterSpec spec;
    private final Names names;
    private final PodTemplates templates;

    ControlPlaneObjects(Owner owner) {
        this.owner = owner;
        this.spec = owner.spec();
        this.names = owner.names();
        this.templates = new PodTemplates(owner);
    }

    List<HasMetadata> brokerRights() {
        return List.of(
                new ServiceAccountBuilder()
                        .withMetadata(owner.meta(names.broker(), Component.BROKER))
                        .build(),
                new RoleBuilder()
                        .withMetadata(owner.meta(names.broker(), Component.BROKER))
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
                        .withMetadata(owner.meta(names.broker(), Component.BROKER))
                        .withNewRoleRef("rbac.authorization.k8s.io", "Role", names.broker())
                        .addNewSubject()
                        .withKind("ServiceAccount")
                        .withName(names.broker())
                        .withNamespace(names.namespace())
                        .endSubject()
                        .build());
    }

    StatefulSet brokers() {
        List<EnvVar> env = new ArrayList<>(List.of(
                env("UNDERMOON_ADDRESS", "0.0.0.0:" + Names.BROKER_PORT),
                env("UNDERMOON_ACCOUNTS_FILE", PodTemplates.ACCESS_PATH + "/accounts"),
                env("UNDERMOON_STORAGE_TYPE", "kubernetes"),
                env("UNDERMOON_KUBERNETES_NAME", names.metadata()),
                templates.fromAccess("UNDERMOON_CONTROL_SECRET", Access.CONTROL_SECRET)));
        List<Volume> volumes = new ArrayList<>(List.of(secretVolume("access", names.access(), Access.ACCOUNTS)));
        List<VolumeMount> mounts = new ArrayList<>(List.of(readOnly("access", PodTemplates.ACCESS_PATH)));
        tlsOfControlPlane(env, volumes, mounts);
        Container container = templates
                .service(Component.BROKER, spec.images.broker, env, spec.brokerPods, "100m", "256Mi", "512Mi")
                .addToPorts(containerPort("http", Names.BROKER_PORT))
                .withVolumeMounts(mounts)
                .build();
        PodTemplateSpec template =
                templates.template(Component.BROKER, List.of(container), volumes, spec.brokerPods, true, Map.of());
        return new StatefulSetBuilder()
                .withMetadata(owner.meta(names.broker(), Component.BROKER))
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

    Deployment coordinators() {
        List<EnvVar> env = new ArrayList<>(List.of(
                fromField("UNDERMOON_REPORTER_ID", "metadata.name"),
                env("UNDERMOON_BROKER_ADDRESS", names.brokerAddresses(spec.brokers)),
                env("UNDERMOON_BROKER_TOKEN_FILE", PodTemplates.ACCESS_PATH + "/" + Access.SERVICES_TOKEN),
                templates.fromAccess("UNDERMOON_CONTROL_SECRET", Access.CONTROL_SECRET),
                env("UNDERMOON_ADDRESS", "127.0.0.1:6699"),
                env("QUARKUS_HTTP_HOST", "0.0.0.0"),
                env("QUARKUS_HTTP_PORT", Integer.toString(Names.COORDINATOR_PORT))));
        List<Volume> volumes = new ArrayList<>(List.of(secretVolume("access", names.access(), Access.SERVICES_TOKEN)));
        List<VolumeMount> mounts = new ArrayList<>(List.of(readOnly("access", PodTemplates.ACCESS_PATH)));
        tlsOfControlPlane(env, volumes, mounts);
        Container container = templates
                .service(
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
                .withMetadata(owner.meta(names.coordinator(), Component.COORDINATOR))
                .withNewSpec()
                .withReplicas(spec.coordinators)
                .withNewSelector()
                .withMatchLabels(names.selector(Component.COORDINATOR))
                .endSelector()
                .withTemplate(templates.template(
                        Component.COORDINATOR, List.of(container), volumes, spec.coordinatorPods, false, Map.of()))
                .endSpec()
                .build();
    }

    private void tlsOfControlPlane(List<EnvVar> env, List<Volume> volumes, List<VolumeMount> mounts) {
        env.add(env("JAVA_TOOL_OPTIONS", "-Dsun.net.inetaddr.ttl=1"));
        UndermoonClusterSpec.Tls tls = spec.tls;
        if (tls != null) {
            env.add(env("UNDERMOON_TLS_PROXIES", "true"));
            PodTemplates.tlsFiles(tls, env, volumes, mounts);
        }
    }
}
