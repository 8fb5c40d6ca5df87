package io.undermoon.operator.objects;

import static io.undermoon.operator.objects.Parts.env;
import static io.undermoon.operator.objects.Parts.readOnly;
import static io.undermoon.operator.objects.Parts.requests;
import static io.undermoon.operator.objects.Parts.restricted;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LocalObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.objects.Names.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The pods of services: their containers, where they run, and what they may do. */
final class PodTemplates {
    static final String ACCESS_PATH = "/etc/undermoon/access";
    static final long SERVICE_USER = 185;
    static final long REDIS_USER = 999;

    /** Of the secrets that a pod was made with. */
    private static final String REVISION = "undermoon.io/access";

    private static final String TLS_PATH = "/etc/undermoon/tls";
    private static final int GRACE_SECONDS = 60;
    private static final int STARTUP_SECONDS = 60;

    private final UndermoonClusterSpec spec;
    private final Names names;
    private final Access access;

    PodTemplates(Owner owner) {
        this.access = owner.access();
        this.spec = owner.spec();
        this.names = owner.names();
    }

    static void tlsFiles(
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

    ContainerBuilder service(
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

    /**
     * The template of pods of a kind.
     *
     * @param callsKubernetes whether they have the token of a service account
     */
    PodTemplateSpec template(
            Component component,
            List<Container> containers,
            List<Volume> volumes,
            UndermoonClusterSpec.Pods pods,
            boolean callsKubernetes,
            Map<String, String> annotations) {
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
        Map<String, String> all = new TreeMap<>(annotations);
        access.revision().ifPresent(revision -> all.put(REVISION, revision));
        if (!all.isEmpty()) {
            template.getMetadata().setAnnotations(all);
        }
        return Overrides.apply(template, pods.template);
    }

    /** Variables for those of the secrets that there are. */
    List<EnvVar> secrets(Map<String, String> keysByVariable) {
        return keysByVariable.entrySet().stream()
                .filter(entry -> access.has(entry.getValue()))
                .map(entry -> fromAccess(entry.getKey(), entry.getValue()))
                .toList();
    }

    EnvVar fromAccess(String name, String key) {
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
}
