package io.undermoon.dev.controlplane;

import com.fasterxml.jackson.databind.JsonNode;

/** Slots as the broker writes them. */
public final class Slots {
    private Slots() {}

    /** The number of slots in a {@code range_list}. */
    public static int count(JsonNode ranges) {
        int slots = 0;
        for (JsonNode range : ranges) {
            slots += range.path(1).asInt() - range.path(0).asInt() + 1;
        }
        return slots;
    }

    /** The slots that a node serves, those on their way from it included. */
    public static int served(JsonNode node) {
        int slots = 0;
        for (JsonNode tagged : node.path("slots")) {
            slots += tagged.path("tag").has("Importing") ? 0 : count(tagged.path("range_list"));
        }
        return slots;
    }
}
