package io.undermoon.operator.backup;

import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.undermoon.operator.api.UndermoonBackup;
import io.undermoon.operator.api.UndermoonBackupSchedule;
import io.undermoon.operator.api.UndermoonBackupScheduleSpec;
import io.undermoon.operator.kube.StatusWrites;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;

/**
 * Makes an UndermoonBackup when the interval of a schedule is over, and deletes the oldest complete ones beyond those
 * to be kept. What is due while the operator is down is made once when it is back.
 */
@ControllerConfiguration
public final class ScheduleReconciler implements Reconciler<UndermoonBackupSchedule> {
    static final String LABEL = "undermoon.io/schedule";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);
    private static final int HTTP_CONFLICT = 409;

    private final KubernetesClient client;
    private final Clock clock;

    @Inject
    public ScheduleReconciler(KubernetesClient client) {
        this(client, Clock.systemUTC());
    }

    /** For tests. */
    ScheduleReconciler(KubernetesClient client, Clock clock) {
        this.client = client;
        this.clock = clock;
    }

    @Override
    public UpdateControl<UndermoonBackupSchedule> reconcile(
            UndermoonBackupSchedule schedule, Context<UndermoonBackupSchedule> context) {
        return UpdateControl.<UndermoonBackupSchedule>noUpdate().rescheduleAfter(reconcile(schedule));
    }

    /** Returns after what time to look again. */
    Duration reconcile(UndermoonBackupSchedule schedule) {
        UndermoonBackupScheduleSpec spec = schedule.getSpec();
        Instant now = clock.instant();
        Duration interval = interval(spec.interval);
        Instant due = Instant.ofEpochSecond(schedule.getStatus().lastTime).plus(interval);
        if (!spec.suspend && !now.isBefore(due)) {
            String name = schedule.getMetadata().getName() + "-" + TIME.format(now);
            create(schedule, name);
            schedule.getStatus().lastBackup = name;
            schedule.getStatus().lastTime = now.getEpochSecond();
            StatusWrites.write(client, schedule, schedule.getStatus());
            due = now.plus(interval);
        }
        prune(schedule);
        Duration left = Duration.between(now, due);
        return spec.suspend || left.compareTo(Duration.ofMinutes(1)) > 0
                ? Duration.ofMinutes(1)
                : left.plus(Duration.ofMillis(1));
    }

    static Duration interval(String text) {
        long number = Long.parseLong(text.substring(0, text.length() - 1));
        return switch (text.charAt(text.length() - 1)) {
            case 'm' -> Duration.ofMinutes(number);
            case 'h' -> Duration.ofHours(number);
            case 'd' -> Duration.ofDays(number);
            default ->
                throw new IllegalArgumentException(
                        "interval '" + text + "' is not a number of minutes, hours or days such as 30m");
        };
    }

    private void create(UndermoonBackupSchedule schedule, String name) {
        UndermoonBackup backup = new UndermoonBackup();
        backup.getMetadata().setName(name);
        backup.getMetadata().setNamespace(schedule.getMetadata().getNamespace());
        backup.getMetadata().getLabels().put(LABEL, schedule.getMetadata().getName());
        backup.getMetadata()
                .getOwnerReferences()
                .add(new OwnerReferenceBuilder()
                        .withApiVersion(schedule.getApiVersion())
                        .withKind(schedule.getKind())
                        .withName(schedule.getMetadata().getName())
                        .withUid(schedule.getMetadata().getUid())
                        .withController(true)
                        .build());
        backup.getSpec().cluster = schedule.getSpec().cluster;
        try {
            client.resource(backup).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HTTP_CONFLICT) {
                throw e;
            }
        }
    }

    private void prune(UndermoonBackupSchedule schedule) {
        List<UndermoonBackup> complete = client
                .resources(UndermoonBackup.class)
                .inNamespace(schedule.getMetadata().getNamespace())
                .withLabel(LABEL, schedule.getMetadata().getName())
                .list()
                .getItems()
                .stream()
                .filter(backup -> BackupReconciler.COMPLETE.equals(backup.getStatus().state))
                .sorted(Comparator.comparing(
                                (UndermoonBackup backup) -> backup.getMetadata().getName())
                        .reversed())
                .toList();
        complete.stream()
                .skip(schedule.getSpec().keep)
                .forEach(backup -> client.resource(backup).delete());
    }
}
