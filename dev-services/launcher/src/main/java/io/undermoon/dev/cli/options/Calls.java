package io.undermoon.dev.cli.options;

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
public final class Calls {
    private Calls() {}

    /** A call that may fail as the network and the broker do. */
    @FunctionalInterface
    public interface Call<T> {
        T make() throws IOException;
    }

    /** @throws LaunchException if the broker refuses or cannot be asked; the cause says which */
    public static <T> T of(Call<T> call) {
        try {
            return call.make();
        } catch (IOException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        }
    }

    /** @throws UsageException it cannot be the name of a cluster */
    public static String cluster(String name) {
        try {
            return new ClusterName(name).toString();
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    /** @throws UsageException it is not {@code host:port} */
    public static String address(String text) {
        try {
            return new ProxyAddress(text).value();
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    public static ObjectNode object() {
        return Json.mapper().createObjectNode();
    }

    public static ArrayNode array() {
        return Json.mapper().createArrayNode();
    }

    public static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(item -> texts.add(item.asText()));
        return texts;
    }
}
