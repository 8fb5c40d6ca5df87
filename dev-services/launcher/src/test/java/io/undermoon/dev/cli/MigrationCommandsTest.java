package io.undermoon.dev.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the commands ask of a broker. */
class MigrationCommandsTest {
    private static final String MOVING = "{\"slot_range\":{\"range_list\":[[0,9]]},\"state\":\"waiting\"}";

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Map<String, String> refusals = new ConcurrentHashMap<>();
    private final Deque<String> infos = new ConcurrentLinkedDeque<>();
    private HttpServer broker;

    @BeforeEach
    void start() throws IOException {
        broker = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        broker.createContext("/api/v3/clusters", this::answer);
        broker.start();
    }

    @AfterEach
    void stop() {
        broker.stop(0);
    }

    @Test
    void scales_and_watches() {
        infos.addAll(List.of(info(4, 4, ""), info(8, 4, MOVING), info(8, 8, "")));
        assertThat(run("scale", "demo", "8")).isZero();
        assertThat(requests)
                .containsExactly(
                        "GET /info/demo ",
                        "POST /migrations/auto/demo/8 ",
                        "GET /info/demo ",
                        "GET /info/demo ",
                        "GET /proxies ",
                        "GET /info/demo ");
    }

    @Test
    void frees_the_nodes_without_slots_after_shrinking() {
        infos.addAll(List.of(info(8, 8, ""), info(8, 8, MOVING), info(8, 4, ""), info(8, 4, ""), info(4, 4, "")));
        assertThat(run("scale", "demo", "4")).isZero();
        assertThat(requests).contains("DELETE /free_nodes/demo ");
    }

    @Test
    void fails_when_the_cluster_is_not_of_the_size_in_the_end() {
        infos.addAll(List.of(info(8, 8, ""), info(8, 8, MOVING), info(8, 8, "")));
        assertThat(run("scale", "demo", "4")).isEqualTo(1);
        assertThat(requests).doesNotContain("DELETE /free_nodes/demo ");
    }

    @Test
    void does_not_wait_when_told_so() {
        infos.add(info(8, 4, MOVING));
        assertThat(run("scale", "demo", "8", "--no-wait")).isZero();
        assertThat(requests).containsExactly("GET /info/demo ", "POST /migrations/auto/demo/8 ", "GET /info/demo ");
    }

    @Test
    void reshards_by_number_or_ranges() {
        assertThat(run("reshard", "demo", "--to", "h:2", "--from", "h:1,h:3", "--slots", "5"))
                .isZero();
        assertThat(run("reshard", "demo", "--to", "h:2", "--ranges", "0-9,12")).isZero();
        assertThat(requests)
                .contains(
                        "POST /migrations/reshard/demo"
                                + " {\"sources\":[\"h:1\",\"h:3\"],\"destination\":\"h:2\",\"slot_number\":5}",
                        "POST /migrations/reshard/demo"
                                + " {\"sources\":[],\"destination\":\"h:2\",\"range_list\":[[0,9],[12,12]]}");
        assertThat(run("reshard", "demo", "--to", "h:2")).isEqualTo(2);
        assertThat(run("reshard", "demo", "--to", "h:2", "--ranges", "9-many")).isEqualTo(2);
    }

    @Test
    void rebalances_by_weight() {
        assertThat(run("rebalance", "demo", "--weight", "h:1=2", "--threshold", "1"))
                .isZero();
        assertThat(requests).contains("POST /migrations/rebalance/demo {\"weights\":{\"h:1\":2.0},\"threshold\":1.0}");
    }

    @Test
    void aborts_and_looks() {
        assertThat(run("abort", "demo")).isZero();
        assertThat(run("migrations", "demo")).isZero();
        assertThat(requests).containsExactly("DELETE /migrations/demo ", "GET /info/demo ", "GET /info/demo ");
    }

    @Test
    void fails_with_the_words_of_the_broker() {
        refusals.put("POST /migrations/auto/demo/6", "{\"error\":\"INVALID_NODE_NUMBER\",\"message\":\"6 is odd\"}");
        assertThat(run("scale", "demo", "6")).isEqualTo(5);
        assertThat(run("scale", "not.legal", "8")).isEqualTo(2);
        assertThat(requests).containsExactly("GET /info/demo ", "POST /migrations/auto/demo/6 ");
    }

    /** The next of the infos, the last one again and again. */
    private String answer(String request) {
        if (!request.startsWith("GET /info") || infos.isEmpty()) {
            return "{\"migrations\":[]}";
        }
        return infos.size() > 1 ? infos.removeFirst() : infos.getFirst();
    }

    private static String info(int nodes, int withSlots, String migrations) {
        return "{\"node_number\":" + nodes + ",\"node_number_with_slots\":" + withSlots + ",\"migrations\":["
                + migrations + "]}";
    }

    private int run(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--broker", "127.0.0.1:" + broker.getAddress().getPort()));
        return Undermoon.run(all.toArray(String[]::new));
    }

    private void answer(HttpExchange exchange) throws IOException {
        String request = exchange.getRequestMethod() + " "
                + exchange.getRequestURI().toString().substring("/api/v3/clusters".length());
        requests.add(request + " " + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        String refusal = refusals.get(request);
        byte[] body = (refusal == null ? answer(request) : refusal).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(refusal == null ? 200 : 400, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
