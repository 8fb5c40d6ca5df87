package io.undermoon.proxy.command;

import java.util.LinkedHashMap;
import java.util.Map;

/** Why commands of {@link Policy#REFUSE} are refused, for the documentation. */
final class RefusalReasons {
    private static final Map<String, String> REASONS = reasons();

    private RefusalReasons() {}

    /**
     * @throws IllegalStateException no reason is given for the command
     */
    static String of(Command command) {
        CommandLine line = command.line();
        String reason = REASONS.getOrDefault(line.name(), REASONS.get(line.containerName() + "|*"));
        if (reason == null) {
            throw new IllegalStateException(
                    "RefusalReasons has no reason why " + line.name() + " is refused; add one for the documentation");
        }
        return reason;
    }

    private static Map<String, String> reasons() {
        Map<String, String> reasons = new LinkedHashMap<>();
        put(reasons, "roles, slots and replication are the control plane's", """
                cluster|* failover psync replconf replicaof restore-asking slaveof sync
                """);
        put(reasons, "persistence is for who runs the node", """
                bgrewriteaof bgsave lastsave save
                """);
        put(reasons, "would end or change a node that others use", """
                module|* shutdown swapdb
                """);
        put(reasons, "would take keys away from where their slot is", """
                migrate move
                """);
        put(reasons, "is about one node or one script, where the client sees many", """
                commandlog|* function|* lolwut memory|* script|debug script|*
                """);
        put(reasons, "the proxy's configuration has no file to rewrite", """
                config|rewrite
                """);
        return reasons;
    }

    private static void put(Map<String, String> reasons, String reason, String names) {
        for (String name : names.strip().split("\\s+", -1)) {
            reasons.put(name, reason);
        }
    }
}
