package io.undermoon.operator.objects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import org.jspecify.annotations.Nullable;

/** What the owner of a cluster wants to be different in a pod template. */
final class Overrides {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Overrides() {}

    static PodTemplateSpec apply(PodTemplateSpec template, @Nullable JsonNode changes) {
        if (changes == null || !changes.isObject() || changes.isEmpty()) {
            return template;
        }
        return JSON.convertValue(merged(JSON.convertValue(template, JsonNode.class), changes), PodTemplateSpec.class);
    }

    /** Objects field by field, lists of things with a name by name; null removes a field; everything else replaces. */
    static JsonNode merged(JsonNode base, JsonNode changes) {
        if (base.isObject() && changes.isObject()) {
            ObjectNode result = base.deepCopy();
            changes.properties().forEach(change -> {
                JsonNode known = result.get(change.getKey());
                if (change.getValue().isNull()) {
                    result.remove(change.getKey());
                } else {
                    result.set(change.getKey(), known == null ? change.getValue() : merged(known, change.getValue()));
                }
            });
            return result;
        }
        if (areNamed(base) && areNamed(changes)) {
            ArrayNode result = base.deepCopy();
            changes.forEach(change -> {
                int index = indexOf(result, change.get("name").asText());
                if (index < 0) {
                    result.add(change);
                } else {
                    result.set(index, merged(result.get(index), change));
                }
            });
            return result;
        }
        return changes;
    }

    private static boolean areNamed(JsonNode list) {
        if (!list.isArray() || list.isEmpty()) {
            return false;
        }
        for (JsonNode item : list) {
            if (!item.path("name").isTextual()) {
                return false;
            }
        }
        return true;
    }

    private static int indexOf(ArrayNode list, String name) {
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i).path("name").asText().equals(name)) {
                return i;
            }
        }
        return -1;
    }
}
