package io.undermoon.dev.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.UsageException;
import io.undermoon.json.Json;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.ProxyAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What commands have in common that call a broker. */
final class Calls {
    private Calls() {}

    /** A call that may fail as the network and the broker do. */
    @FunctionalInterface
    interface Call<T> {
        T make() throws IOException;
    }

    /** @throws LaunchException if the broker refuses or cannot be asked; the cause says which */
    static <T> T of(Call<T> call) {
        try {
            return call.make();
        } catch (IOException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        }
    }

    /** @throws UsageException it cannot be the name of a cluster */
    static String cluster(String name) {
        try {
            return new ClusterName(name).toString();
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    /** @throws UsageException it is not {@code host:port} */
    static String address(String text) {
        try {
            return new ProxyAddress(text).value();
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    static ObjectNode object() {
        return Json.mapper().createObjectNode();
    }

    static ArrayNode array() {
        return Json.mapper().createArrayNode();
    }

    static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(item -> texts.add(item.asText()));
        return texts;
    }
}
