package io.undermoon.dev.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.undermoon.dev.testing.CommandRun;
import io.undermoon.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the commands of an operator ask of a broker, and how they end. */
class OperatorCommandsTest {
    private static final String INFO = "{\"name\":\"demo\",\"migrations\":[]}";

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final Map<String, Integer> refusals = new ConcurrentHashMap<>();
    private HttpServer broker;

    @BeforeEach
    void start() throws IOException {
        broker = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        broker.createContext("/api/v3", this::answer);
        broker.start();
        answers.put("GET /clusters/info/demo", INFO);
    }

    @AfterEach
    void stop() {
        System.clearProperty("undermoon.terminal");
        broker.stop(0);
    }

    @Test
    void a_cluster_is_created_with_copies() {
        assertThat(run("clusters create demo 8 --copies 3").exitCode()).isZero();
        assertThat(requests).containsExactly("POST /clusters/meta/demo {\"node_number\":8,\"copies\":3}");
    }

    @Test
    void a_dry_run_asks_for_a_preview_and_changes_nothing() {
        answers.put("POST /preview", """
                {"changes":["Cluster demo gets 2 proxies."],"moves":[{"cluster":"demo","source":"h:1","destination":"h:2",
                "slots":100}],"slots":100,"keys":5000,"bytes":1500000}""");
        CommandRun.Result result = run("scale demo 8 --dry-run");
        assertThat(result.exitCode()).isZero();
        assertThat(result.output())
                .contains("Cluster demo gets 2 proxies.", "h:1", "100 slots, about 5,000 keys and 1.50 MB of memory")
                .endsWith("Nothing was changed.\n");
        run("clusters create demo 8 --dry-run");
        run("clusters delete demo --dry-run");
        run("reshard demo --to h:2 --slots 5 --dry-run");
        run("rebalance demo --dry-run");
        run("switchover h:1 --dry-run");
        run("switchover --cluster demo h:1 --dry-run");
        run("failover h:1 --dry-run");
        run("hosts drain rack-1 --dry-run");
        assertThat(requests)
                .hasSize(9)
                .allMatch(request -> request.startsWith("POST /preview "))
                .contains(
                        "POST /preview {\"action\":\"reshard\",\"cluster\":\"demo\",\"sources\":[],"
                                + "\"destination\":\"h:2\",\"slot_number\":5}",
                        "POST /preview {\"action\":\"rebalance\",\"cluster\":\"demo\",\"weights\":{}}");
        assertThat(requests.stream().filter(request -> request.contains("switchover")))
                .anyMatch(request -> request.contains("\"proxy\":\"h:1\""))
                .anyMatch(request -> request.contains("\"node\":\"h:1\"") && request.contains("\"cluster\":\"demo\""));
    }

    @Test
    void a_broker_without_previews_is_told_of_in_words() {
        refusals.put("POST /preview", 404);
        answers.put("POST /preview", "{\"error\":\"PATH_NOT_FOUND\",\"message\":\"nothing\"}");
        CommandRun.Result result = run("scale demo 8 --dry-run");
        assertThat(result.exitCode()).isEqualTo(5);
        assertThat(result.output()).contains("of a version that cannot say what a change would do");
    }

    @Test
    void what_destroys_has_to_be_confirmed() {
        CommandRun.Result result = run("clusters delete demo");
        assertThat(result.exitCode()).isEqualTo(7);
        assertThat(result.output()).contains("Delete cluster demo and all its keys?", "say --yes");
        assertThat(run("failover h:1").exitCode()).isEqualTo(7);
        assertThat(run("hosts drain rack-1").exitCode()).isEqualTo(7);
        assertThat(requests).noneMatch(request -> request.startsWith("DELETE") || request.startsWith("POST"));

        assertThat(run("clusters delete demo --yes").exitCode()).isZero();
        assertThat(requests).contains("DELETE /clusters/meta/demo ");
    }

    @Test
    void a_person_is_asked() {
        System.setProperty("undermoon.terminal", "in");
        assertThat(run("no\n", "clusters delete demo").exitCode()).isEqualTo(7);
        assertThat(run("", "clusters delete demo").exitCode()).isEqualTo(7);
        assertThat(requests).noneMatch(request -> request.startsWith("DELETE"));
        CommandRun.Result result = run("Yes\n", "clusters delete demo");
        assertThat(result.exitCode()).isZero();
        assertThat(result.output()).contains("[y/N]", "Cluster demo is deleted");
    }

    @Test
    void a_cluster_that_is_not_there_is_not_asked_about() {
        refusals.put("GET /clusters/info/demo", 404);
        answers.put("GET /clusters/info/demo", "{\"error\":\"CLUSTER_NOT_FOUND\",\"message\":\"there is no cluster\"}");
        CommandRun.Result result = run("clusters delete demo");
        assertThat(result.exitCode()).isEqualTo(5);
        assertThat(result.output()).contains("there is no cluster").doesNotContain("Delete cluster");
    }

    @Test
    void exit_codes_tell_refusals_apart() {
        refusals.put("GET /clusters/info", 403);
        assertThat(run("clusters list").exitCode()).isEqualTo(6);
        refusals.put("GET /clusters/info", 401);
        assertThat(run("clusters list").exitCode()).isEqualTo(6);
        refusals.put("GET /clusters/info", 409);
        assertThat(run("clusters list").exitCode()).isEqualTo(5);
    }

    @Test
    void fields_of_the_configuration_are_set_together() {
        answers.put("GET /clusters/meta/demo", """
                {"cluster":{"name":"demo","config":{"copies":3,"migration_config":{"scan_count":16}}}}""");
        CommandRun.Result result = run("clusters config demo copies=3 min_replica_acks=1");
        assertThat(requests).contains("PATCH /clusters/config/demo {\"copies\":\"3\",\"min_replica_acks\":\"1\"}");
        assertThat(result.output()).contains("copies                3", "migration_scan_count  16");
    }

    @Test
    void results_are_documents_for_programs() throws IOException {
        answers.put("GET /clusters/info", """
                {"clusters":[{"name":"demo","node_number":4,"node_number_with_slots":4,"epoch":7,"migrations":[
                {"slot_range":{"range_list":[[0,9],[12,12]]},"state":"waiting"}]}]}""");
        JsonNode json = Json.mapper().readTree(run("clusters list -o json").output());
        assertThat(json.path(0).path("slots_moving").asInt()).isEqualTo(11);
        assertThat(run("clusters list -o yaml").output()).startsWith("- name: demo\n  nodes: 4\n");
        assertThat(run("clusters list").output())
                .contains("demo", "SLOTS MOVING")
                .doesNotContain("\033");
        System.setProperty("undermoon.terminal", "in,out");
        assertThat(run("clusters list").output()).contains("\033[1m");
    }

    @Test
    void changes_print_one_document_for_programs() throws IOException {
        answers.put("GET /clusters/info/demo", "{\"node_number\":8,\"node_number_with_slots\":8,\"migrations\":[]}");
        JsonNode scaled = Json.mapper().readTree(run("scale demo 8 -o json").output());
        assertThat(scaled.path("nodes").asInt()).isEqualTo(8);
        assertThat(scaled.path("migrations").asInt()).isZero();
        answers.put("DELETE /clusters/migrations/demo", """
                {"migrations":[{"slot_range":{"range_list":[[0,9]]},"outcome":"aborted"}]}""");
        JsonNode aborted = Json.mapper().readTree(run("abort demo -o json").output());
        assertThat(aborted.path("outcomes").path(0).path("outcome").asText()).isEqualTo("aborted");
        assertThat(run("rebalance demo -o yaml").output()).contains("moving: 0\n");
    }

    @Test
    void operations_are_listed_waited_for_and_cancelled() {
        String operation = "{\"id\":7,\"kind\":\"move_slots\",\"subject\":\"demo\",\"state\":\"%s\",\"slots\":100,"
                + "\"slots_moved\":60,\"slots_returned\":%d,\"started_at\":1790000000%s}";
        answers.put(
                "GET /operations?limit=20",
                "{\"operations\":[" + operation.formatted("done", 0, ",\"ended_at\":1790000005") + "]}");
        answers.put("GET /operations/7", operation.formatted("running", 0, ""));
        answers.put("DELETE /operations/7", operation.formatted("cancelled", 40, ",\"ended_at\":1790000005"));
        assertThat(run("operations list").output()).contains("move_slots", "60 of 100", "5 s");
        assertThat(run("operations list --state gone").exitCode()).isEqualTo(2);

        CommandRun.Result late = run("operations wait 7 --timeout 1");
        assertThat(late.exitCode()).isEqualTo(1);
        assertThat(late.output()).contains("Operation 7, move_slots demo, is running; slots moved: 60 of 100");

        assertThat(run("operations cancel 7").exitCode()).isEqualTo(7);
        assertThat(requests).noneMatch(request -> request.startsWith("DELETE"));
        assertThat(run("operations cancel 7 --yes").output()).contains("is cancelled", "60 of 100, 40 stayed");
    }

    @Test
    void proxies_are_shown_with_their_state() throws IOException {
        answers.put("GET /metadata", """
                {"all_proxies":{"h:1":{"proxy_address":"h:1","host":"a","cluster":"demo","node_addresses":["h:11"]},
                "h:2":{"proxy_address":"h:2","host":"b","cluster":null,"node_addresses":["h:21"]},
                "h:3":{"proxy_address":"h:3","host":"b","cluster":null,"node_addresses":["h:31"]}},
                "failed_proxies":["h:3"],"maintenance":{"h:1":99}}""");
        JsonNode json = Json.mapper().readTree(run("proxies -o json").output());
        assertThat(json.findValuesAsText("state")).containsExactly("maintenance", "free", "failed");
        JsonNode hosts = Json.mapper().readTree(run("hosts list -o json").output());
        assertThat(hosts.path(1).path("free").asInt()).isEqualTo(1);
        assertThat(hosts.path(1).path("failed").asInt()).isEqualTo(1);
    }

    private CommandRun.Result run(String line) {
        return run("", line);
    }

    private CommandRun.Result run(String input, String line) {
        List<String> all = new ArrayList<>(List.of(line.split(" ")));
        all.addAll(List.of("--broker", "http://127.0.0.1:" + broker.getAddress().getPort()));
        return CommandRun.withInput(input, Undermoon::run, all.toArray(String[]::new));
    }

    private void answer(HttpExchange exchange) throws IOException {
        String request = exchange.getRequestMethod() + " "
                + exchange.getRequestURI().toString().substring("/api/v3".length());
        requests.add(request + " " + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        byte[] body = answers.getOrDefault(request, "{}").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(refusals.getOrDefault(request, 200), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
