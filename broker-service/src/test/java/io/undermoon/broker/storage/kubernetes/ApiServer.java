package io.undermoon.broker.storage.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.storage.FaultyRelay;
import io.undermoon.json.Json;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An API server for tests, the real one or a double, with a namespace of the test. */
public interface ApiServer extends AutoCloseable {
    Metadata EMPTY = Metadata.empty(false);
    String NAME = "undermoon-metadata";

    /** Opens a storage as a broker does. */
    KubernetesStorage open();

    /** Between a storage and the server. */
    FaultyRelay relay() throws IOException;

    String namespace();

    /** As somebody who may do everything; the body of the answer, a success. */
    String request(String method, String path, String body) throws IOException;

    /** Ends all connections, as in a restart. */
    void restart();

    @Override
    void close();

    /** A storage over a relay. */
    default KubernetesStorage open(FaultyRelay relay) {
        return open(relay.address(), Duration.ofSeconds(10));
    }

    /** A storage over a server without TLS. */
    default KubernetesStorage open(HostPort address, Duration timeout) {
        return new KubernetesStorage(new KubernetesOptions(address, "", null, namespace(), NAME, timeout), EMPTY, null);
    }

    default String path() {
        return "/api/v1/namespaces/" + namespace() + "/configmaps";
    }

    /** All objects there are. */
    default List<ObjectNode> objects() throws IOException {
        List<ObjectNode> found = new ArrayList<>();
        for (JsonNode item : Json.mapper().readTree(request("GET", path(), "")).path("items")) {
            // Real namespaces have one of their own, with the authority of the server.
            if (item.path("metadata").path("name").asText().startsWith(NAME)) {
                found.add((ObjectNode) item);
            }
        }
        return found;
    }

    default List<String> names() throws IOException {
        return objects().stream()
                .map(object -> object.path("metadata").path("name").asText())
                .toList();
    }

    default ObjectNode index() throws IOException {
        return (ObjectNode) Json.mapper().readTree(request("GET", path() + "/" + NAME, ""));
    }

    default void delete(String name) throws IOException {
        request("DELETE", path() + "/" + name, "");
    }

    default void replace(String name, ObjectNode object) throws IOException {
        request("PUT", path() + "/" + name, object.toString());
    }
}
