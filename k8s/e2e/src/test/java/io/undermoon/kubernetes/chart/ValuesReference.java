package io.undermoon.kubernetes.chart;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.ArrayList;
import java.util.List;

/**
 * The table of a chart's values, from the comments in its file {@code values.yaml}: the lines of comment right before a
 * key describe it. A key with a comment is a row, with all that is in it as the default; one without is a group.
 */
final class ValuesReference {
    private static final int INDENT = 2;

    private final JsonNode values;

    private ValuesReference(JsonNode values) {
        this.values = values;
    }

    /** @param yaml the text of the file */
    static String table(String yaml) throws JsonProcessingException {
        return new ValuesReference(new YAMLMapper().readTree(yaml)).rows(yaml);
    }

    private String rows(String yaml) throws JsonProcessingException {
        StringBuilder table = new StringBuilder("| value | default | |\n| --- | --- | --- |\n");
        List<String> path = new ArrayList<>();
        List<String> comment = new ArrayList<>();
        int described = Integer.MAX_VALUE;
        for (String line : yaml.split("\n")) {
            String text = line.strip();
            int depth = (line.length() - line.stripLeading().length()) / INDENT;
            if (text.isEmpty()) {
                comment.clear();
            } else if (text.startsWith("#")) {
                comment.add(text.substring(1).strip());
            } else if (depth <= described) {
                path.subList(Math.min(depth, path.size()), path.size()).clear();
                path.add(text.substring(0, text.indexOf(':')));
                described = Integer.MAX_VALUE;
                JsonNode value = value(path);
                boolean group = hasDescriptions(yaml, path);
                if (!comment.isEmpty() && !group) {
                    described = depth;
                    String row = "| `" + String.join(".", path) + "` | `" + value + "` | " + String.join(" ", comment);
                    table.append(row).append(" |\n");
                } else if (!group) {
                    throw new IllegalArgumentException("no comment describes " + String.join(".", path));
                }
                comment.clear();
            }
        }
        return table.toString();
    }

    private JsonNode value(List<String> path) {
        JsonNode value = values;
        for (String key : path) {
            value = value.path(key);
        }
        return value;
    }

    /** Whether a line of comment follows the key before the next one of its depth. */
    private static boolean hasDescriptions(String yaml, List<String> path) {
        String inner = " ".repeat(INDENT * path.size());
        String key = " ".repeat(INDENT * (path.size() - 1)) + path.get(path.size() - 1) + ":";
        boolean inside = false;
        for (String line : yaml.split("\n")) {
            if (inside && !line.isBlank() && !line.startsWith(inner)) {
                inside = false;
            }
            if (inside && line.startsWith(inner + "#")) {
                return true;
            }
            inside |= line.equals(key);
        }
        return false;
    }
}
