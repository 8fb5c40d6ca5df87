package io.undermoon.proxy.migration.record;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a node says of itself in {@code INFO}, as far as a migration needs it.
 *
 * @param master whether it is one
 * @param replicationId names the history of its data
 * @param replicationOffset how long the history is, in bytes
 * @param hasBacklog whether it keeps the end of the history, so that a reader can follow it without a full copy
 * @param replicas how many replicas follow it; readers of changes, which listen on no port, do not count
 * @param majorVersion of Redis
 */
public record NodeInfo(
        boolean master,
        String replicationId,
        long replicationOffset,
        boolean hasBacklog,
        int replicas,
        int majorVersion) {

    public static NodeInfo parse(String info) {
        Map<String, String> fields = new HashMap<>();
        int replicas = 0;
        for (String line : info.lines().toList()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
            if (line.startsWith("slave") && line.contains("state=online") && !line.contains("port=0,")) {
                replicas++;
            }
        }
        String version = fields.getOrDefault("redis_version", "0");
        return new NodeInfo(
                "master".equals(fields.get("role")),
                fields.getOrDefault("master_replid", ""),
                number(fields.get("master_repl_offset")),
                "1".equals(fields.get("repl_backlog_active")),
                replicas,
                (int) number(version.split("\\.", -1)[0]));
    }

    /** How many commands it has executed, if {@code INFO stats} says so. */
    public static OptionalLong commands(String info) {
        String field = "total_commands_processed:";
        return info.lines()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> number(line.substring(field.length()).strip()))
                .findFirst();
    }

    private static long number(@Nullable String text) {
        try {
            return text == null ? 0 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
