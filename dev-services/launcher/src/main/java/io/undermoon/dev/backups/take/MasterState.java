package io.undermoon.dev.backups.take;

import io.undermoon.dev.imports.wire.Replies;
import io.undermoon.resp.RespValue;
import java.util.Map;

/**
 * Where a master is.
 *
 * @param isMaster false after it has been made a replica
 * @param history the replication id
 * @param offset in the history
 * @param keys of the clients' database
 * @param keysThatExpire of those
 */
record MasterState(boolean isMaster, String history, long offset, long keys, long keysThatExpire) {
    static final String[] SECTIONS = {"replication", "keyspace"};

    /** @param keyspace such as {@code db0:keys=3,expires=1,avg_ttl=100} */
    static MasterState of(RespValue replication, RespValue keyspace) {
        Map<String, String> fields = Replies.info(replication);
        String figures = Replies.info(keyspace).getOrDefault("db0", "");
        return new MasterState(
                "master".equals(fields.get("role")),
                fields.getOrDefault("master_replid", ""),
                Long.parseLong(fields.getOrDefault("master_repl_offset", "-1")),
                figure(figures, "keys="),
                figure(figures, "expires="));
    }

    private static long figure(String text, String name) {
        for (String part : text.split(",", -1)) {
            if (part.startsWith(name)) {
                return Long.parseLong(part.substring(name.length()));
            }
        }
        return 0;
    }
}
