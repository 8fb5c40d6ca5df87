package io.undermoon.operator.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.undermoon.metadata.HostPort;
import io.undermoon.operator.api.UndermoonBackup;
import io.undermoon.operator.api.UndermoonBackupSchedule;
import io.undermoon.operator.broker.BrokerClient;
import io.undermoon.operator.kube.OperatorConfig;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Backups of the metadata and their schedules, on fabric8's mock of the API server. */
@EnableKubernetesMockClient(crud = true)
class BackupTest {
    private static final String COPY =
            "{\"format\":1,\"created\":1,\"checksum\":\"abc\",\"metadata\":{\"global_epoch\":42}}";

    @SuppressWarnings("NullAway.Init")
    private KubernetesClient client;

    private BackupReconciler reconciler(HostPort broker) {
        return new BackupReconciler(
                client,
                new OperatorConfig() {
                    @Override
                    public String clusterDomain() {
                        return "cluster.local";
                    }

                    @Override
                    public Duration interval() {
                        return Duration.ofSeconds(1);
                    }

                    @Override
                    public Duration steadyInterval() {
                        return Duration.ofSeconds(10);
                    }

                    @Override
                    public Duration objectsInterval() {
                        return Duration.ofMinutes(5);
                    }
                },
                wanted -> client.resource(wanted).createOr(existing -> existing.update()),
                names -> new BrokerClient(BrokerClient.http(), List.of(broker), "token"));
    }

    private UndermoonBackup backup(String name) {
        return client.resources(UndermoonBackup.class)
                .inNamespace("shop")
                .withName(name)
                .get();
    }

    @Test
    void waits_for_a_broker_and_keeps_what_it_says_in_a_secret() throws IOException {
        UndermoonBackup wanted = new UndermoonBackup();
        wanted.getMetadata().setName("before-upgrade");
        wanted.getMetadata().setNamespace("shop");
        wanted.getSpec().cluster = "orders";
        client.resource(wanted).create();
        assertThat(reconciler(new HostPort("127.0.0.1", 1)).reconcile(backup("before-upgrade")))
                .isFalse();
        assertThat(backup("before-upgrade").getStatus().state).isEqualTo("Pending");
        assertThat(backup("before-upgrade").getStatus().message).contains("cannot be reached");
        HttpServer broker = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        broker.createContext("/api/v3/backup", exchange -> {
            exchange.sendResponseHeaders(200, COPY.length());
            exchange.getResponseBody().write(COPY.getBytes(UTF_8));
            exchange.close();
        });
        broker.start();
        try {
            HostPort address = new HostPort("127.0.0.1", broker.getAddress().getPort());
            assertThat(reconciler(address).reconcile(backup("before-upgrade"))).isTrue();
        } finally {
            broker.stop(0);
        }
        UndermoonBackup done = backup("before-upgrade");
        assertThat(done.getStatus().state).isEqualTo("Complete");
        assertThat(done.getStatus().epoch).isEqualTo(42);
        assertThat(done.getStatus().checksum).isEqualTo("abc");
        Secret secret = client.secrets()
                .inNamespace("shop")
                .withName(done.getStatus().secret)
                .get();
        byte[] bytes = Base64.getDecoder().decode(secret.getData().get(BackupReconciler.KEY));
        try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            assertThat(new String(gzip.readAllBytes(), UTF_8)).isEqualTo(COPY);
        }
        assertThat(secret.getMetadata().getOwnerReferences()).hasSize(1);
    }

    @Test
    void a_schedule_makes_backups_when_they_are_due_and_deletes_old_ones() {
        UndermoonBackupSchedule schedule = new UndermoonBackupSchedule();
        schedule.getMetadata().setName("hourly");
        schedule.getMetadata().setNamespace("shop");
        schedule.getSpec().cluster = "orders";
        schedule.getSpec().keep = 2;
        client.resource(schedule).create();
        Instant start = Instant.parse("2026-03-01T10:00:00Z");
        for (int i = 0; i < 8; i++) {
            Clock clock = Clock.fixed(start.plus(Duration.ofMinutes(30L * i)), ZoneOffset.UTC);
            new ScheduleReconciler(client, clock)
                    .reconcile(client.resources(UndermoonBackupSchedule.class)
                            .inNamespace("shop")
                            .withName("hourly")
                            .get());
            client.resources(UndermoonBackup.class)
                    .inNamespace("shop")
                    .list()
                    .getItems()
                    .forEach(backup -> client.resources(UndermoonBackup.class)
                            .inNamespace("shop")
                            .withName(backup.getMetadata().getName())
                            .editStatus(present -> {
                                present.getStatus().state = "Complete";
                                return present;
                            }));
        }
        assertThat(client.resources(UndermoonBackup.class)
                        .inNamespace("shop")
                        .list()
                        .getItems())
                .extracting(backup -> backup.getMetadata().getName())
                .containsExactlyInAnyOrder("hourly-20260301-120000", "hourly-20260301-130000");
        assertThat(ScheduleReconciler.interval("2d")).isEqualTo(Duration.ofDays(2));
    }
}
