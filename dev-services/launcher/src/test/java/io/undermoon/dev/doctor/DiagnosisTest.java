package io.undermoon.dev.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.controlplane.InfoFields;
import io.undermoon.dev.doctor.Evidence.BrokerFacts;
import io.undermoon.dev.doctor.Evidence.BrokerView;
import io.undermoon.dev.doctor.Evidence.Clock;
import io.undermoon.dev.doctor.Evidence.ProxyView;
import io.undermoon.dev.doctor.Evidence.ServiceView;
import io.undermoon.dev.doctor.Finding.Severity;
import io.undermoon.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Each test makes one thing wrong in a system that is well. */
class DiagnosisTest {
    private static final String PROXY = "10.0.0.1:5299";
    private static final String NODE = "10.0.0.1:7001";
    private static final String WELL =
            "undermoon_version:1.0.0\ncluster_epoch:7\nmaxclients:100\nconnected_clients:1\n";
    private static final List<String> MASTER = List.of(NODE, "master", "up", "5", "up", "100", "", "0", "");

    private List<BrokerView> brokers = List.of(new BrokerView("b:1", null, "1.0.0", ""));
    private Map<String, ServiceView> coordinators = Map.of("c:1", service(""));
    private ProxyView proxy = new ProxyView(service(WELL), List.of(MASTER), "held");
    private ServiceView node = service("redis_version:7.0.15\nused_memory:10\nmaxmemory:100\n");
    private JsonNode metadata = json("""
            {"all_proxies":{"10.0.0.1:5299":{"proxy_address":"10.0.0.1:5299","cluster":"demo"}},"failed_proxies":[]}""");
    private JsonNode clusters =
            json("[{\"name\":\"demo\",\"node_number\":4,\"node_number_with_slots\":4,\"migrations\":[]}]");
    private JsonNode replicas = json("{\"replicas\":[{\"node_address\":\"r\",\"in_sync\":true}],\"notices\":[]}");
    private JsonNode alive = json("{\"coordinators\":{\"a\":1,\"b\":2,\"c\":3},\"quorum\":2}");
    private JsonNode drains = json("[]");
    private JsonNode maintenance = json("[]");
    private List<String> failing = List.of();
    private List<String> hostsCannotFail = List.of();

    @Test
    void nothing_is_found_where_all_is_well() {
        assertThat(diagnosis()).isEmpty();
    }

    @Test
    void a_broker_that_does_not_answer_is_worse_if_it_is_the_only_one() {
        BrokerView silent = new BrokerView("b:2", "cannot connect", "", "");
        brokers = List.of(brokers.get(0), silent);
        found(Severity.WARNING, "broker b:2", "cannot connect");
        brokers = List.of(silent);
        found(Severity.ERROR, "broker b:2", "cannot connect");
        brokers = List.of(new BrokerView("b:1", null, "1.0.0", "storage"));
        found(Severity.ERROR, "broker b:1", "not ready: storage");
        brokers = List.of(brokers.get(0), new BrokerView("b:2", null, "1.1.0", "storage"));
        found(Severity.WARNING, "brokers", "1.0.0 at b:1; 1.1.0 at b:2");
    }

    @Test
    void coordinators_have_to_be_as_many_as_make_a_failure() {
        alive = json("{\"coordinators\":{},\"quorum\":1}");
        found(Severity.ERROR, "coordinators", "none");
        alive = json("{\"coordinators\":{\"a\":1},\"quorum\":2}");
        found(Severity.ERROR, "coordinators", "1 are alive, and 2");
        alive = json("{\"coordinators\":{\"a\":1},\"quorum\":1}");
        found(Severity.WARNING, "coordinators", "one only");
        coordinators = Map.of("c:1", silent());
        found(Severity.ERROR, "coordinator c:1", "refused");
    }

    @Test
    void failed_proxies_and_missing_copies_are_found() {
        failing = List.of(PROXY);
        found(Severity.ERROR, "proxy " + PROXY, "not replaced");
        failing = List.of();
        metadata = json(metadata.toString().replace("\"failed_proxies\":[]", "\"failed_proxies\":[\"x:1\"]"));
        found(Severity.WARNING, "proxy x:1", "given it up");
        replicas = json("{\"replicas\":[{\"node_address\":\"r\",\"in_sync\":false}],\"notices\":[\"lacks a copy\"]}");
        found(Severity.ERROR, "cluster demo", "not in sync and cannot become master: r");
        found(Severity.WARNING, "cluster demo", "lacks a copy");
        replicas = json("{\"replicas\":[{\"node_address\":\"r\",\"in_sync\":null}],\"notices\":[]}");
        found(Severity.WARNING, "cluster demo", "no coordinator has reported whether 1");
        replicas = json("{\"replicas\":[{\"node_address\":\"r\",\"in_sync\":null,\"spare\":true}],\"notices\":[]}");
        assertThat(diagnosis()).extracting(Finding::subject).doesNotContain("cluster demo");
        hostsCannotFail = List.of("rack-1");
        found(Severity.WARNING, "spare proxies", "rack-1");
    }

    @Test
    void what_proxies_say_is_compared_with_the_broker() {
        proxy = proxy(WELL.replace("epoch:7", "epoch:6"));
        found(Severity.WARNING, "proxy " + PROXY, "epoch 6, and should have 7");
        proxy = proxy(WELL.replace("epoch:7", "epoch:8"));
        found(Severity.ERROR, "proxy " + PROXY, "the broker is behind");
        proxy = new ProxyView(service(WELL), List.of(MASTER), "none");
        found(Severity.ERROR, "proxy " + PROXY, "no lease");
        proxy = new ProxyView(silent(), List.of(), "");
        found(Severity.ERROR, "proxy " + PROXY, "refused");
        metadata = json(metadata.toString().replace("\"demo\"", "null"));
        found(Severity.WARNING, "proxy " + PROXY, "refused");
        proxy = new ProxyView(new ServiceView(null, InfoFields.NONE, "NOAUTH", Optional.empty()), List.of(), "");
        found(Severity.NOTE, "proxies", "1 of them do not let us look inside: NOAUTH");
        proxy = proxy(WELL.replace("connected_clients:1", "connected_clients:95"));
        found(Severity.WARNING, "proxy " + PROXY, "95 clients are connected, of 100");
    }

    @Test
    void nodes_are_looked_at_through_their_proxies_and_by_themselves() {
        proxy = row(2, "down");
        found(Severity.ERROR, "node " + NODE, "it is down, says its proxy");
        proxy = row(2, "refused");
        found(Severity.ERROR, "node " + NODE, "nothing listens there");
        proxy = row(8, "outdated");
        found(Severity.ERROR, "node " + NODE, "has restarted as a master");
        proxy = new ProxyView(
                service(WELL), List.of(List.of(NODE, "replica", "up", "5", "behind", "1", "m:1", "0", "")), "held");
        found(Severity.WARNING, "node " + NODE, "link to the master is behind");
        node = service("used_memory:95\nmaxmemory:100\nmaxmemory_policy:noeviction\n");
        found(Severity.ERROR, "node " + NODE, "95 % full");
        node = service("used_memory:95\nmaxmemory:100\nmaxmemory_policy:allkeys-lru\n");
        found(Severity.WARNING, "node " + NODE, "95 % full");
        node = service("used_memory:95\nmaxmemory:0\ntotal_system_memory:100\n");
        found(Severity.ERROR, "node " + NODE, "no maxmemory");
        node = service("aof_last_write_status:err\n");
        found(Severity.ERROR, "node " + NODE, "append-only file");
        node = silent();
        found(Severity.NOTE, "Redis nodes", "1 of 1 could not be asked");
    }

    @Test
    void clocks_that_are_apart_are_found_whatever_ours_says() {
        proxy = new ProxyView(at(5000, 5010), List.of(MASTER), "held");
        node = at(3000, 3010);
        found(Severity.WARNING, "proxy " + PROXY, "at least 1990 ms ahead of that of node " + NODE);
        node = at(4500, 4510);
        found(Severity.NOTE, "this machine", "differs");
        proxy = new ProxyView(at(-100, 1900), List.of(MASTER), "held");
        node = at(-1900, 100);
        assertThat(diagnosis()).isEmpty();
    }

    @Test
    void migrations_that_wait_and_nodes_without_slots_are_found() {
        String moving = "[{\"slot_range\":{\"range_list\":[[0,9]]},\"state\":\"copying\",\"error\":\"OOM\"}]";
        clusters = json(clusters.toString().replace("\"migrations\":[]", "\"migrations\":" + moving));
        found(Severity.WARNING, "cluster demo", "OOM");
        clusters = json("[{\"name\":\"demo\",\"node_number\":8,\"node_number_with_slots\":4,\"migrations\":[]}]");
        found(Severity.WARNING, "cluster demo", "4 of its nodes have no slots");
        drains = json("[{\"host\":\"rack-1\",\"state\":\"draining\",\"message\":\"too few\"}]");
        found(Severity.WARNING, "host rack-1", "its drain waits: too few");
        maintenance = json("[{\"proxy_address\":\"p:1\",\"state\":\"ready\",\"seconds_left\":9}]");
        found(Severity.NOTE, "proxy p:1", "under maintenance");
    }

    @Test
    void the_worst_comes_first() {
        maintenance = json("[{\"proxy_address\":\"p:1\",\"state\":\"ready\",\"seconds_left\":9}]");
        hostsCannotFail = List.of("rack-1");
        failing = List.of(PROXY);
        assertThat(diagnosis())
                .extracting(Finding::severity)
                .containsExactly(Severity.ERROR, Severity.WARNING, Severity.NOTE);
    }

    @Test
    void without_a_broker_nothing_is_said_of_what_only_brokers_know() {
        brokers = List.of(new BrokerView("b:1", "cannot connect", "", ""));
        Evidence seen = new Evidence(brokers, Map.of("c:1", silent()), null, Map.of(), Map.of());
        assertThat(Diagnosis.of(seen)).extracting(Finding::subject).containsExactly("broker b:1", "coordinator c:1");
    }

    private void found(Severity severity, String subject, String what) {
        assertThat(diagnosis()).anySatisfy(finding -> {
            assertThat(finding.severity()).isEqualTo(severity);
            assertThat(finding.subject()).isEqualTo(subject);
            assertThat(finding.what()).contains(what);
        });
    }

    private List<Finding> diagnosis() {
        BrokerFacts facts = new BrokerFacts(
                metadata,
                clusters,
                Map.of("demo", replicas),
                new TreeMap<>(Map.of(PROXY, 7L)),
                failing,
                alive,
                drains,
                maintenance,
                hostsCannotFail);
        return Diagnosis.of(new Evidence(brokers, coordinators, facts, Map.of(PROXY, proxy), Map.of(NODE, node)));
    }

    private static ProxyView proxy(String info) {
        return new ProxyView(service(info), List.of(MASTER), "held");
    }

    private static ProxyView row(int index, String value) {
        String[] row = MASTER.toArray(String[]::new);
        row[index] = value;
        return new ProxyView(service(WELL), List.of(List.of(row)), "held");
    }

    private static ServiceView service(String info) {
        return new ServiceView(null, InfoFields.parse(info), "", Optional.empty());
    }

    private static ServiceView at(long least, long most) {
        return new ServiceView(null, InfoFields.parse(WELL), "", Optional.of(new Clock(least, most)));
    }

    private static ServiceView silent() {
        return new ServiceView("refused", InfoFields.NONE, "", Optional.empty());
    }

    private static JsonNode json(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
