package io.undermoon.dev.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.json.Json;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.representer.Representer;

/** Results as text for programs. Both forms have the same content. */
public final class Document {
    private Document() {}

    /** Indented, ends with a line feed. */
    public static String json(JsonNode value) {
        try {
            return Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree cannot be written", e);
        }
    }

    /** Ends with a line feed. */
    public static String yaml(JsonNode value) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setSplitLines(false);
        Object plain = value.isArray()
                ? Json.mapper().convertValue(value, Object[].class)
                : Json.mapper().convertValue(value, Map.class);
        return new Yaml(new Representer(options), options).dump(plain);
    }
}
