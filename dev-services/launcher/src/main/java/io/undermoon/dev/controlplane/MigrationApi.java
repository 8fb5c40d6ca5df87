package io.undermoon.dev.controlplane;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.client.BrokerHttpException;
import io.undermoon.json.Json;
import io.undermoon.metadata.ClusterName;
import io.undermoon.slot.SlotRanges;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The calls of the broker's HTTP API that move slots and report the progress. */
public final class MigrationApi {
    /** Automatic scaling waits for the proxies of new nodes, 30 s unless configured otherwise. */
    private static final Duration TIMEOUT = Duration.ofSeconds(90);

    private final BrokerCalls broker;

    /** @param address {@code host:port} of the broker */
    public MigrationApi(String address) {
        this(BrokerAccess.plain(address));
    }

    public MigrationApi(BrokerAccess access) {
        this.broker = new BrokerCalls(access, TIMEOUT);
    }

    /** The size of a cluster and its migrations, as the API describes them. */
    public JsonNode info(ClusterName cluster) throws IOException {
        return call("GET", "/info/" + cluster, null);
    }

    public void scale(ClusterName cluster, int nodes) throws IOException {
        call("POST", "/migrations/auto/" + cluster + "/" + nodes, null);
    }

    /** Takes the nodes without slots out of a cluster. */
    public void freeNodes(ClusterName cluster) throws IOException {
        call("DELETE", "/free_nodes/" + cluster, null);
    }

    /** Exactly one of number and ranges is given. Returns the planned migrations. */
    public JsonNode reshard(
            ClusterName cluster,
            List<String> sources,
            String destination,
            @Nullable Integer slotNumber,
            @Nullable SlotRanges ranges)
            throws IOException {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("sources", sources);
        body.put("destination", destination);
        if (slotNumber != null) {
            body.put("slot_number", slotNumber);
        }
        if (ranges != null) {
            body.put("range_list", ranges);
        }
        return call("POST", "/migrations/reshard/" + cluster, body).path("migrations");
    }

    /** Returns the planned migrations. */
    public JsonNode rebalance(ClusterName cluster, Map<String, Double> weights, @Nullable Double threshold)
            throws IOException {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("weights", weights);
        if (threshold != null) {
            body.put("threshold", threshold);
        }
        return call("POST", "/migrations/rebalance/" + cluster, body).path("migrations");
    }

    /** Aborts the migrations of a cluster and returns the outcome of each. */
    public JsonNode abort(ClusterName cluster) throws IOException {
        return call("DELETE", "/migrations/" + cluster, null);
    }

    private JsonNode call(String method, String path, @Nullable Map<String, Object> body) throws IOException {
        try {
            String text = broker.send(method, "/clusters" + path, body).text();
            return Json.mapper().readTree(text.isEmpty() ? "{}" : text);
        } catch (JsonProcessingException e) {
            return Json.mapper().createObjectNode();
        } catch (BrokerHttpException e) {
            if (e.status() == 0) {
                throw e;
            }
            boolean hasMessage = !e.code().isEmpty() && !e.text().isEmpty();
            throw new RefusedException(e.status(), hasMessage ? e.text() : e.status() + " " + e.reason());
        }
    }
}
