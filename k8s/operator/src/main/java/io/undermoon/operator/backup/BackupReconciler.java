package io.undermoon.operator.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.undermoon.operator.api.UndermoonBackup;
import io.undermoon.operator.api.UndermoonBackupStatus;
import io.undermoon.operator.broker.BrokerException;
import io.undermoon.operator.kube.Brokers;
import io.undermoon.operator.kube.Events;
import io.undermoon.operator.kube.ObjectWrites;
import io.undermoon.operator.kube.OperatorConfig;
import io.undermoon.operator.kube.StatusWrites;
import io.undermoon.operator.kube.Writer;
import io.undermoon.operator.objects.Names;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;

/** Takes backups of the metadata from brokers and puts each into a Secret, which goes when its UndermoonBackup does. */
@ControllerConfiguration
public final class BackupReconciler implements Reconciler<UndermoonBackup> {
    static final String KEY = "backup.json.gz";
    static final String COMPLETE = "Complete";
    static final String FAILED = "Failed";
    private static final String PENDING = "Pending";

    /** Secrets have at most 1 MiB; the rest is for their metadata. */
    private static final int MAX_BYTES = 1_000_000;

    private static final Duration RETRY = Duration.ofSeconds(5);

    private final KubernetesClient client;
    private final OperatorConfig config;
    private final Writer writer;
    private final Brokers brokers;
    private final Events events;

    @Inject
    public BackupReconciler(KubernetesClient client, OperatorConfig config) {
        this(client, config, ObjectWrites.serverSideApply(client), Brokers.inPods(client));
    }

    /** For tests. */
    BackupReconciler(KubernetesClient client, OperatorConfig config, Writer writer, Brokers brokers) {
        this.client = client;
        this.config = config;
        this.writer = writer;
        this.brokers = brokers;
        this.events = new Events(client);
    }

    @Override
    public UpdateControl<UndermoonBackup> reconcile(UndermoonBackup backup, Context<UndermoonBackup> context) {
        return reconcile(backup)
                ? UpdateControl.noUpdate()
                : UpdateControl.<UndermoonBackup>noUpdate().rescheduleAfter(RETRY);
    }

    /** Returns whether nothing is left to do. */
    boolean reconcile(UndermoonBackup backup) {
        UndermoonBackupStatus status = backup.getStatus();
        if (COMPLETE.equals(status.state) || FAILED.equals(status.state)) {
            return true;
        }
        String stateBefore = status.state;
        take(backup, status);
        StatusWrites.write(client, backup, status);
        if (!Objects.equals(stateBefore, status.state)) {
            String message = Objects.requireNonNullElse(status.message, "");
            if (FAILED.equals(status.state)) {
                events.warning(backup, FAILED, message);
            } else {
                events.normal(backup, Objects.requireNonNull(status.state), message);
            }
        }
        return !PENDING.equals(status.state);
    }

    private void take(UndermoonBackup backup, UndermoonBackupStatus status) {
        Names names = new Names(backup.getMetadata().getNamespace(), backup.getSpec().cluster, config.clusterDomain());
        JsonNode copy;
        try {
            copy = brokers.of(names).get("/backup");
        } catch (BrokerException e) {
            status.state = PENDING;
            status.message = "cluster '" + names.cluster() + "': " + e.getMessage();
            return;
        }
        byte[] bytes = compressed(copy.toString());
        if (bytes.length > MAX_BYTES) {
            status.state = FAILED;
            status.message = "the metadata has " + bytes.length + " bytes compressed, and a Secret holds " + MAX_BYTES
                    + ": save GET /api/v3/backup elsewhere";
            return;
        }
        String name = backup.getMetadata().getName() + "-metadata";
        writer.write(new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(names.namespace())
                .withLabels(names.labels())
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion(backup.getApiVersion())
                        .withKind(backup.getKind())
                        .withName(backup.getMetadata().getName())
                        .withUid(backup.getMetadata().getUid())
                        .withController(true)
                        .build())
                .endMetadata()
                .withType("Opaque")
                .withData(Map.of(KEY, Base64.getEncoder().encodeToString(bytes)))
                .build());
        status.state = COMPLETE;
        status.secret = name;
        status.checksum = copy.path("checksum").asText();
        status.epoch = copy.path("metadata").path("global_epoch").asLong();
        status.completed = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        status.message = "the metadata of epoch " + status.epoch + " is in Secret " + name;
    }

    private static byte[] compressed(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
