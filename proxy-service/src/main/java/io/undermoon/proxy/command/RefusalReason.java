package io.undermoon.proxy.command;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Why commands of {@link Policy#REFUSE} are refused, and what to do instead; for errors and the documentation. */
enum RefusalReason {
    CONTROL_PLANE("roles and slots are the control plane's", "use the HTTP API of the broker", """
            cluster|* failover replicaof restore-asking slaveof
            """),
    REPLICATION("a copy or stream of the data is taken at each Redis node", "connect to the nodes themselves", """
            psync replconf sync
            """),
    PERSISTENCE("persistence is for who runs the node", "connect to the Redis node itself", """
            bgrewriteaof bgsave lastsave save
            """),
    HARM("would end or change a node that others use", "connect to the Redis node itself if you must run it", """
            module|* shutdown swapdb
            """),
    SLOT_OF_KEY("would take keys away from where their slot is", "use DUMP and RESTORE", """
            migrate move
            """),
    ONE_NODE("is about one node or one script, where the client sees many", "connect to the Redis node itself", """
            commandlog|* function|* lolwut memory|* script|debug script|*
            """),
    NO_FILE("the proxy's configuration has no file to rewrite", "change the configuration of the proxy", """
            config|rewrite
            """);

    private static final Map<String, RefusalReason> BY_NAME = byName();

    private final String text;
    private final String advice;
    private final String names;

    RefusalReason(String text, String advice, String names) {
        this.text = text;
        this.advice = advice;
        this.names = names;
    }

    /** The reason; null for commands that were learnt from the nodes. */
    static @Nullable RefusalReason of(Command command) {
        CommandLine line = command.line();
        return BY_NAME.getOrDefault(line.name(), BY_NAME.get(line.containerName() + "|*"));
    }

    /** The reason in words. */
    String text() {
        return text;
    }

    /** What to do instead of a command. */
    String advice(Command command) {
        return this == CONTROL_PLANE ? ControlPlaneAdvice.instead(command.name()) : advice;
    }

    private static Map<String, RefusalReason> byName() {
        Map<String, RefusalReason> byName = new LinkedHashMap<>();
        for (RefusalReason reason : values()) {
            for (String name : reason.names.strip().split("\\s+", -1)) {
                byName.put(name, reason);
            }
        }
        return byName;
    }
}
