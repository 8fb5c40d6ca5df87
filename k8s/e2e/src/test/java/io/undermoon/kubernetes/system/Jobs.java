package io.undermoon.kubernetes.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.ScalableResource;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** The jobs of a namespace, each waited for. */
public final class Jobs {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final KubernetesClient client;
    private final String namespace;

    Jobs(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    /** Makes a volume claim that any number of pods can write to. */
    public void claimVolume(String name) {
        client.persistentVolumeClaims()
                .inNamespace(namespace)
                .resource(new PersistentVolumeClaimBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withAccessModes("ReadWriteMany")
                        .withNewResources()
                        .addToRequests("storage", new Quantity("1Gi"))
                        .endResources()
                        .endSpec()
                        .build())
                .create();
    }

    /** Makes the objects of a manifest. */
    public void apply(String manifest) {
        client.load(new ByteArrayInputStream(manifest.getBytes(StandardCharsets.UTF_8)))
                .inNamespace(namespace)
                .create();
    }

    /**
     * Has a CronJob do now what it does on its schedule, as {@code kubectl create job --from} does, and waits until it
     * has succeeded.
     *
     * @param job the name of the job that is made
     * @param arguments of the program in the place of its own; none for its own
     */
    public void run(String cronJob, String job, String... arguments) {
        CronJob schedule = client.batch()
                .v1()
                .cronjobs()
                .inNamespace(namespace)
                .withName(cronJob)
                .require();
        JobSpec spec = schedule.getSpec().getJobTemplate().getSpec();
        if (arguments.length > 0) {
            spec.getTemplate().getSpec().getContainers().get(0).setArgs(List.of(arguments));
        }
        all().resource(new JobBuilder()
                        .withNewMetadata()
                        .withName(job)
                        .endMetadata()
                        .withSpec(spec)
                        .build())
                .create();
        awaitSuccess(job);
    }

    /** Waits until a job has ended, which has to be well. */
    public void awaitSuccess(String job) {
        await("job " + job + " has ended")
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> is(job, "Complete") || is(job, "Failed"));
        assertThat(is(job, "Complete")).as("job %s has succeeded", job).isTrue();
    }

    private boolean is(String job, String condition) {
        return all().withName(job).require().getStatus().getConditions().stream()
                .anyMatch(held ->
                        held.getType().equals(condition) && held.getStatus().equals("True"));
    }

    private NonNamespaceOperation<Job, ?, ScalableResource<Job>> all() {
        MixedOperation<Job, ?, ScalableResource<Job>> jobs = client.batch().v1().jobs();
        return jobs.inNamespace(namespace);
    }
}
