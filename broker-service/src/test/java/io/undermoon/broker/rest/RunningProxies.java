package io.undermoon.broker.rest;

import static io.undermoon.broker.rest.Broker.ok;
import static io.undermoon.broker.rest.Broker.post;
import static io.undermoon.broker.rest.Broker.put;

import io.restassured.response.ValidatableResponse;
import io.undermoon.broker.testing.FakeProxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Registered proxies that answer the broker, each on a host of its own. */
final class RunningProxies implements AutoCloseable {
    private final List<FakeProxy> proxies = new ArrayList<>();

    RunningProxies(int number) {
        add(number);
    }

    void add(int number) {
        for (int i = 0; i < number; i++) {
            FakeProxy proxy = new FakeProxy(() -> Long.MAX_VALUE);
            proxies.add(proxy);
            int host = proxies.size();
            int port = 7000 + 10 * host;
            ok(post(
                    "/proxies/meta",
                    Map.of(
                            "proxy_address",
                            proxy.address(),
                            "nodes",
                            List.of("127.0.0.1:" + port, "127.0.0.1:" + (port + 1)),
                            "host",
                            "host" + host,
                            "index",
                            host)));
        }
    }

    /** Ends a proxy, and returns its address. */
    String end(int index) {
        proxies.get(index).close();
        return proxies.get(index).address();
    }

    /** The source of a migration. */
    FakeProxy source(Map<String, Object> slots) {
        return at(tag(slots).get("src_proxy_address"));
    }

    FakeProxy destination(Map<String, Object> slots) {
        return at(tag(slots).get("dst_proxy_address"));
    }

    /** Commits a migration of cluster demo that its source says is finished. */
    ValidatableResponse finishAndCommit(Map<String, Object> slots) {
        source(slots).finish(line("demo", "MIGRATING", slots));
        return commit("demo", slots);
    }

    static ValidatableResponse commit(String cluster, Map<String, Object> slots) {
        return put("/clusters/migrations", Map.of("cluster_name", cluster, "slot_range", slots));
    }

    /** How a proxy lists a migration. */
    static String line(String cluster, String side, Map<String, Object> slots) {
        Map<?, ?> tag = tag(slots);
        List<?> ranges = (List<?>) slots.get("range_list");
        StringBuilder line = new StringBuilder(cluster + " " + side + " " + ranges.size());
        for (Object range : ranges) {
            List<?> ends = (List<?>) range;
            line.append(' ').append(ends.get(0)).append('-').append(ends.get(1));
        }
        for (String field :
                List.of("epoch", "src_proxy_address", "src_node_address", "dst_proxy_address", "dst_node_address")) {
            line.append(' ').append(tag.get(field));
        }
        return line.toString();
    }

    private static Map<?, ?> tag(Map<String, Object> slots) {
        return (Map<?, ?>) ((Map<?, ?>) slots.get("tag")).values().iterator().next();
    }

    private FakeProxy at(Object address) {
        return proxies.stream()
                .filter(proxy -> proxy.address().equals(address))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        proxies.forEach(FakeProxy::close);
    }
}
