package io.undermoon.coordinator.broker;

import static io.undermoon.coordinator.testing.Fixtures.ORDERS;
import static io.undermoon.coordinator.testing.Fixtures.coming;
import static io.undermoon.coordinator.testing.Fixtures.epoch;
import static io.undermoon.coordinator.testing.Fixtures.leaving;
import static io.undermoon.coordinator.testing.Fixtures.proxy;
import static io.undermoon.coordinator.testing.Fixtures.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.client.BrokerToken;
import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.port.FailureLedger.Outcome;
import io.undermoon.coordinator.port.MetadataSource.ClusterUpdate;
import io.undermoon.coordinator.port.MetadataSource.CommitOutcome;
import io.undermoon.coordinator.port.MetadataSource.ProgressReport;
import io.undermoon.coordinator.testing.HttpBrokerServer;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.testsupport.FreePort;
import io.undermoon.umctl.MigrationProgress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpBrokerTest {
    private static final Duration TIMEOUT = Duration.ofMillis(700);

    private HttpBrokerServer one;
    private HttpBrokerServer two;
    private BrokerList list;
    private HttpBroker broker;

    @BeforeEach
    void start() throws IOException {
        one = new HttpBrokerServer();
        two = new HttpBrokerServer();
        list = new BrokerList(List.of(one.address(), two.address()), System::nanoTime);
        broker = new HttpBroker(list, "0.0.0.0:6699@host-a", TIMEOUT, false, null, BrokerToken.NONE);
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
    }

    @Test
    void stays_with_the_broker_that_answers() {
        one.on("GET /api/v3/epoch", 200, "17");
        two.on("GET /api/v3/epoch", 200, "18");
        assertThat(broker.epoch()).isEqualTo(epoch(17));
        assertThat(broker.epoch()).isEqualTo(epoch(17));
        assertThat(two.requests).isEmpty();
        assertThat(list.nanosSinceAnswer()).isPresent();
    }

    @Test
    void moves_on_from_a_broker_that_fails_and_stays_with_the_next() {
        one.on("GET /api/v3/epoch", 500, "{\"error\":\"EXTERNAL\"}");
        two.on("GET /api/v3/epoch", 200, "18");
        assertThat(broker.epoch()).isEqualTo(epoch(18));
        assertThat(broker.epoch()).isEqualTo(epoch(18));
        assertThat(one.requests).hasSize(1);
    }

    @Test
    void moves_on_from_a_broker_that_hangs_before_or_within_its_answer() {
        one.hangOn("GET /api/v3/epoch");
        two.stallOn("GET /api/v3/epoch");
        try (HttpBrokerServer three = new HttpBrokerServer()) {
            three.on("GET /api/v3/epoch", 200, "19");
            list.replace(List.of(one.address(), two.address(), three.address()));
            assertThat(broker.epoch()).isEqualTo(epoch(19));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void moves_on_from_a_closed_port() throws IOException {
        list.replace(List.of(closedPort(), two.address()));
        two.on("GET /api/v3/epoch", 200, "18");
        assertThat(broker.epoch()).isEqualTo(epoch(18));
        list.replace(List.of(closedPort()));
        assertThatThrownBy(() -> broker.epoch()).hasMessageContaining("cannot connect");
    }

    @Test
    void says_of_every_broker_why_it_gave_up() {
        one.on("GET /api/v3/epoch", 500, "{\"error\":\"EXTERNAL\"}");
        two.hangOn("GET /api/v3/epoch");
        assertThatThrownBy(() -> broker.epoch())
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining(one.address() + ": status 500 EXTERNAL")
                .hasMessageContaining(two.address() + ": no answer within 700 ms");
        assertThat(list.nanosSinceAnswer()).isEmpty();
    }

    @Test
    void does_not_take_a_refusal_or_nonsense_for_an_answer() {
        one.on("GET /api/v3/epoch", 400, "{\"error\":\"INVALID_REQUEST\"}");
        assertThatThrownBy(() -> broker.epoch()).hasMessageContaining("400 INVALID_REQUEST");
        one.on("GET /api/v3/epoch", 302, "");
        assertThatThrownBy(() -> broker.epoch()).hasMessageContaining("302");
        one.on("GET /api/v3/epoch", 200, "<html>");
        assertThatThrownBy(() -> broker.epoch()).isInstanceOf(BrokerException.class);
        one.on("GET /api/v3/epoch", 200, "null");
        assertThatThrownBy(() -> broker.epoch()).isInstanceOf(BrokerException.class);
    }

    @Test
    void reads_every_page() {
        one.on("GET /api/v3/proxies/addresses?offset=0&limit=2000", 200, addresses(1, 2000));
        one.on("GET /api/v3/proxies/addresses?offset=2000&limit=2000", 200, addresses(2001, 2030));
        assertThat(broker.proxies()).hasSize(2030).contains(proxy(1), proxy(2030));
    }

    @Test
    void a_page_that_fails_is_not_the_end_of_the_list() {
        one.on("GET /api/v3/proxies/addresses?offset=0&limit=2000", 200, addresses(1, 2000));
        one.on("GET /api/v3/proxies/addresses?offset=2000&limit=2000", 400, "Invalid query string");
        assertThatThrownBy(() -> broker.proxies()).hasMessageContaining("400 Invalid query string");
    }

    @Test
    void reads_the_wanted_epochs_page_by_page_or_learns_that_there_are_none() {
        one.on("GET /api/v3/proxies/epochs?offset=0&limit=2000", 200, epochs(1, 2000));
        one.on("GET /api/v3/proxies/epochs?offset=2000&limit=2000", 200, epochs(2001, 2001));
        assertThat(broker.wantedEpochs().orElseThrow()).hasSize(2001).containsEntry(proxy(2001), epoch(2001));
        one.on("GET /api/v3/proxies/epochs?offset=0&limit=2000", 405, "HTTP method not allowed");
        assertThat(broker.wantedEpochs()).isEmpty();
        assertThat(broker.awaitEpochOtherThan(epoch(3))).isEmpty();
    }

    @Test
    void confirms_wanted_epochs_with_the_storage_and_reads_them_again_only_after_a_change() {
        List<String> cacheControl = new CopyOnWriteArrayList<>();
        AtomicReference<String> global = new AtomicReference<>("7");
        one.on("GET /api/v3/epoch", exchange -> {
            cacheControl.add(exchange.getRequestHeaders().getFirst("Cache-Control"));
            HttpBrokerServer.send(exchange, 200, global.get().getBytes(StandardCharsets.UTF_8));
        });
        one.on("GET /api/v3/proxies/epochs?offset=0&limit=2000", 200, epochs(1, 1));
        assertThat(broker.confirmedEpochs().orElseThrow()).containsEntry(proxy(1), epoch(1));
        assertThat(broker.confirmedEpochs().orElseThrow()).hasSize(1);
        assertThat(one.requests).hasSize(4);
        assertThat(cacheControl).hasSize(3).containsOnly("no-cache");

        global.set("8");
        one.on("GET /api/v3/proxies/epochs?offset=0&limit=2000", 200, epochs(1, 2));
        assertThat(broker.confirmedEpochs().orElseThrow()).hasSize(2);

        one.on("GET /api/v3/proxies/epochs?offset=0&limit=2000", exchange -> {
            global.set("10");
            HttpBrokerServer.send(exchange, 200, epochs(1, 1).getBytes(StandardCharsets.UTF_8));
        });
        global.set("9");
        assertThatThrownBy(broker::confirmedEpochs).hasMessageContaining("changed while it was read");
    }

    @Test
    void reads_what_has_changed_in_a_cluster() {
        one.on("GET /api/v3/clusters/proxies", 200, "{\"clusters\":{\"orders\":[\"10.0.0.1:5299\"]}}");
        assertThat(broker.memberships()).contains(Map.of(proxy(1), ORDERS));
        one.on(
                "GET /api/v3/clusters/updates/orders?base=3",
                200,
                "{\"cluster_name\":\"orders\",\"base\":3,\"epoch\":5,\"first\":[[\"10.0.0.1:5299\"],[]],"
                        + "\"roles\":{\"10.0.0.1:5299\":[\"5\",\"NOFLAG\"]},\"change\":\"text\"}");
        assertThat(broker.update(ORDERS, epoch(3)))
                .contains(new ClusterUpdate(
                        ORDERS,
                        epoch(3),
                        epoch(5),
                        List.of(List.of(proxy(1)), List.of()),
                        Map.of(proxy(1), List.of("5", "NOFLAG")),
                        "text"));
        one.on("GET /api/v3/clusters/proxies", 405, "HTTP method not allowed");
        assertThat(broker.memberships()).isEmpty();
        assertThat(broker.update(new ClusterName("other"), epoch(3))).isEmpty();
    }

    @Test
    void registers_and_withdraws_reports_and_does_without_where_brokers_know_nothing_of_it() {
        one.on("PUT /api/v3/coordinators/0.0.0.0:6699@host-a", 200, "");
        broker.register();
        one.on("DELETE /api/v3/failures/10.0.0.1:5299/0.0.0.0:6699@host-a", 405, "HTTP method not allowed");
        broker.withdraw(proxy(1));
        one.on("PUT /api/v3/coordinators/0.0.0.0:6699@host-a", 403, "{\"error\":\"FORBIDDEN\"}");
        assertThatThrownBy(broker::register).hasMessageContaining("403 FORBIDDEN");
    }

    @Test
    void watches() {
        one.on("GET /api/v3/watch?epoch=3&timeout=20", 200, "{\"epoch\":4}");
        assertThat(broker.awaitEpochOtherThan(epoch(3))).contains(epoch(4));
    }

    @Test
    void reads_metadata_compressed_or_not() {
        String body = "{\"proxy\":{\"cluster_name\":\"orders\",\"address\":\"10.0.0.1:5299\",\"epoch\":7,\"nodes\":[],"
                + "\"peers\":[],\"cluster_config\":null}}";
        one.on("GET /api/v3/proxies/meta/10.0.0.1:5299", exchange -> {
            exchange.getResponseHeaders().add("Content-Encoding", "gzip");
            HttpBrokerServer.send(exchange, 200, gzip(body));
        });
        assertThat(broker.proxy(proxy(1)).orElseThrow().clusterName()).isEqualTo(ORDERS);
        assertThat(one.acceptedEncodings).containsOnly("identity");
        HttpBroker compressing = new HttpBroker(list, "r", TIMEOUT, true, null, BrokerToken.NONE);
        compressing.proxy(proxy(1));
        assertThat(one.acceptedEncodings).endsWith("gzip");
        one.on("GET /api/v3/proxies/meta/10.0.0.2:5299", 200, "{\"proxy\":null}");
        assertThat(broker.proxy(proxy(2))).isEmpty();
    }

    @Test
    void understands_every_outcome_of_a_commit() {
        String request = "PUT /api/v3/clusters/migrations";
        one.on(request, 200, "");
        assertThat(broker.commit(task(coming(0, 9, 1, 2)))).isEqualTo(CommitOutcome.COMMITTED);
        assertThat(one.bodies.get(0))
                .startsWith(
                        "{\"cluster_name\":\"orders\",\"slot_range\":{\"range_list\":[[0,9]],\"tag\":{\"Importing\":")
                .contains("\"src_proxy_address\":\"10.0.0.1:5299\"");
        one.on(request, 404, "{\"error\":\"MIGRATION_TASK_NOT_FOUND\"}");
        assertThat(broker.commit(task(coming(0, 9, 1, 2)))).isEqualTo(CommitOutcome.GONE);
        one.on(request, 409, "{\"error\":\"RETRY\"}");
        assertThat(broker.commit(task(coming(0, 9, 1, 2)))).isEqualTo(CommitOutcome.RETRY);
        one.on(request, 400, "{\"error\":\"INVALID_MIGRATION_TASK\"}");
        assertThatThrownBy(() -> broker.commit(task(coming(0, 9, 1, 2))))
                .hasMessageContaining("INVALID_MIGRATION_TASK");
    }

    @Test
    void understands_every_outcome_of_an_abort() {
        String request = "DELETE /api/v3/clusters/migrations/orders?slots=0-9&epoch=3";
        one.on(request, 200, "{\"migrations\":[]}");
        assertThat(broker.abort(task(leaving(0, 9, 1, 2)))).isTrue();
        one.on(request, 404, "{\"error\":\"MIGRATION_TASK_NOT_FOUND\"}");
        assertThat(broker.abort(task(leaving(0, 9, 1, 2)))).isTrue();
        one.on(request, 409, "{\"error\":\"MIGRATION_NOT_ABORTED\"}");
        assertThat(broker.abort(task(leaving(0, 9, 1, 2)))).isFalse();
        one.on(request, 400, "{\"error\":\"INVALID_REQUEST\"}");
        assertThatThrownBy(() -> broker.abort(task(leaving(0, 9, 1, 2)))).hasMessageContaining("INVALID_REQUEST");
    }

    @Test
    void hands_on_progress_to_brokers_that_take_it() {
        ProgressReport report = new ProgressReport(
                ORDERS,
                new MigrationProgress(
                        leaving(0, 9, 1, 2),
                        MigrationProgress.Side.SOURCE,
                        MigrationProgress.State.COPYING,
                        1,
                        2,
                        1,
                        100,
                        0,
                        50,
                        20,
                        2000,
                        1,
                        0,
                        0,
                        ""));
        broker.reportProgress(List.of(report));
        assertThat(one.requests).containsExactly("PUT /api/v3/clusters/migrations/progress");
        assertThat(one.bodies.get(0))
                .startsWith(
                        "{\"reports\":[{\"cluster_name\":\"orders\",\"progress\":{\"task\":{\"range_list\":[[0,9]],")
                .contains("\"side\":\"source\",\"state\":\"copying\",\"keys_scanned\":1,\"keys_total\":2");
        one.on("PUT /api/v3/clusters/migrations/progress", 400, "{\"error\":\"INVALID_REQUEST\"}");
        assertThatThrownBy(() -> broker.reportProgress(List.of(report))).hasMessageContaining("INVALID_REQUEST");
    }

    @Test
    void understands_every_outcome_of_a_failover() {
        String request = "POST /api/v3/proxies/failover/10.0.0.1:5299";
        one.on(request, 200, "{\"proxy\":null}");
        assertThat(broker.failOver(proxy(1))).isInstanceOf(Outcome.TakenOver.class);
        one.on(request, 409, "{\"error\":\"NO_AVAILABLE_RESOURCE\"}");
        assertThat(broker.failOver(proxy(1))).isEqualTo(new Outcome.Retry("NO_AVAILABLE_RESOURCE"));
        one.on(request, 409, "{\"error\":\"NO_AVAILABLE_RESOURCE\",\"message\":\"no free proxy\"}");
        assertThat(broker.failOver(proxy(1))).isEqualTo(new Outcome.Retry("NO_AVAILABLE_RESOURCE: no free proxy"));
        one.on(request, 404, "{\"error\":\"PROXY_NOT_FOUND\"}");
        assertThat(broker.failOver(proxy(1))).isInstanceOf(Outcome.Unknown.class);
    }

    @Test
    void reports_in_its_own_name() {
        one.on("POST /api/v3/failures/10.0.0.1:5299/0.0.0.0:6699@host-a", 200, "");
        broker.report(proxy(1));
        broker = new HttpBroker(list, "r", TIMEOUT, false, null, BrokerToken.NONE);
        assertThatThrownBy(() -> broker.report(new ProxyAddress("[::1]:5299")))
                .hasMessageContaining("/failures/%5B::1%5D:5299/r")
                .hasMessageContaining("404");
    }

    @Test
    void reads_the_rest() {
        one.on("GET /api/v3/failures", 200, "{\"addresses\":[\"10.0.0.1:5299\"]}");
        assertThat(broker.agreedFailures()).containsExactly(proxy(1));
        one.on("GET /api/v3/proxies/failed/addresses", 200, "{\"addresses\":[\"10.0.0.2:5299\"]}");
        assertThat(broker.failedProxies()).containsExactly(proxy(2));
        one.on("GET /api/v3/clusters/names?offset=0&limit=2000", 200, "{\"names\":[\"orders\"]}");
        assertThat(broker.clusterNames()).containsExactly(ORDERS);
        one.on(
                "GET /api/v3/clusters/info/orders",
                200,
                "{\"name\":\"orders\",\"node_number\":8,\"node_number_with_slots\":4,\"is_migrating\":true}");
        assertThat(broker.clusterInfo(ORDERS).orElseThrow().isMigrating()).isTrue();
        one.on("GET /api/v3/clusters/info/orders", 404, "{\"error\":\"CLUSTER_NOT_FOUND\"}");
        assertThat(broker.clusterInfo(ORDERS)).isEmpty();
        one.on("GET /api/v3/clusters/meta/orders", 200, "{\"cluster\":null}");
        assertThat(broker.cluster(ORDERS)).isEmpty();
        one.on("PUT /api/v3/epoch/recovery", 200, "{\"failed_addresses\":[\"10.0.0.1:5299\"]}");
        assertThat(broker.recoverEpochs()).containsExactly(proxy(1));
    }

    private static HostPort closedPort() {
        return new HostPort("127.0.0.1", FreePort.any());
    }

    private static String addresses(int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(n -> "\"" + proxy(n) + "\"")
                .collect(Collectors.joining(",", "{\"addresses\":[", "]}"));
    }

    private static String epochs(int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(n -> "\"" + proxy(n) + "\":" + n)
                .collect(Collectors.joining(",", "{\"epochs\":{", "}}"));
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
