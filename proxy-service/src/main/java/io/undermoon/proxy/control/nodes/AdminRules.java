package io.undermoon.proxy.control.nodes;

import io.undermoon.proxy.control.ErrorReplyException;
import io.undermoon.resp.RespValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Selects the administrative commands that may reach Redis nodes: those that cannot stop a node or change its role,
 * files or credentials.
 */
final class AdminRules {
    private static final Set<String> COMMANDS = Set.of(
            "config get",
            "config resetstat",
            "config set",
            "debug",
            "info",
            "latency",
            "memory",
            "pfdebug",
            "pfselftest",
            "slowlog");

    /** Which nodes a form of {@code DEBUG} is for. */
    enum DebugScope {
        /** The master of the slot of the key that follows. */
        KEY,
        /** Any, because all reply the same. */
        ANY_NODE,
        /** All; the reply is only that it is done. */
        SETTING,
        /** All, each with a reply of its own. */
        EVERY_NODE
    }

    private static final Map<String, DebugScope> DEBUG = Map.ofEntries(
            Map.entry("digest", DebugScope.EVERY_NODE),
            Map.entry("digest-value", DebugScope.KEY),
            Map.entry("help", DebugScope.ANY_NODE),
            Map.entry("htstats", DebugScope.EVERY_NODE),
            Map.entry("htstats-key", DebugScope.KEY),
            Map.entry("listpack", DebugScope.KEY),
            Map.entry("object", DebugScope.KEY),
            Map.entry("protocol", DebugScope.ANY_NODE),
            Map.entry("quicklist", DebugScope.KEY),
            Map.entry("quicklist-packed-threshold", DebugScope.SETTING),
            Map.entry("sdslen", DebugScope.KEY),
            Map.entry("set-active-expire", DebugScope.SETTING),
            Map.entry("stringmatch-len", DebugScope.ANY_NODE),
            Map.entry("structsize", DebugScope.ANY_NODE),
            Map.entry("ziplist", DebugScope.KEY));

    /** Roles are assigned by the control plane; files, ports and passwords by the operator of the node. */
    private static final Set<String> FIXED_OPTIONS = Set.of(
            "aclfile",
            "appenddirname",
            "appendfilename",
            "bind",
            "daemonize",
            "databases",
            "dbfilename",
            "dir",
            "include",
            "loadmodule",
            "logfile",
            "pidfile",
            "port",
            "protected-mode",
            "rename-command",
            "replicaof",
            "slaveof",
            "supervised",
            "unixsocket",
            "unixsocketperm",
            "user");

    private static final List<String> FIXED_PREFIXES =
            List.of("cluster-", "enable-", "replica-read-", "replica-serve-", "slave-read-", "slave-serve-", "tls-");

    private static final Set<String> SECRET_OPTIONS =
            Set.of("masterauth", "masteruser", "requirepass", "tls-client-key-file-pass", "tls-key-file-pass");

    private AdminRules() {}

    /**
     * Refuses a command that must not reach the nodes.
     *
     * @param command with all its arguments
     */
    static void check(List<String> command) {
        String name = command.get(0).toLowerCase(Locale.ROOT);
        String sub = command.size() < 2 ? "" : command.get(1).toLowerCase(Locale.ROOT);
        if (!COMMANDS.contains(name) && !COMMANDS.contains(name + " " + sub)) {
            throw new ErrorReplyException("ERR command '" + name + "' is not passed on to the nodes");
        }
        if (name.equals("debug") && !DEBUG.containsKey(sub)) {
            throw new ErrorReplyException("ERR DEBUG " + sub.toUpperCase(Locale.ROOT)
                    + " is not passed on to the nodes: it could end a node or make it lose data");
        }
        if (name.equals("config") && sub.equals("set")) {
            for (int i = 2; i < command.size(); i += 2) {
                if (isFixed(command.get(i))) {
                    throw new ErrorReplyException("ERR CONFIG SET failed (possibly related to argument '"
                            + command.get(i) + "') - can't set immutable config: of the nodes it is not changed "
                            + "through the proxy, as roles belong to the control plane, and files, ports and logins "
                            + "to who runs the node");
                }
            }
        }
    }

    /** Which nodes a form of {@code DEBUG} is for; that of a form that is not passed on does not matter. */
    static DebugScope scopeOfDebug(String sub) {
        return DEBUG.getOrDefault(sub.toLowerCase(Locale.ROOT), DebugScope.EVERY_NODE);
    }

    /** Removes passwords from the reply of a node to {@code CONFIG GET}. */
    static RespValue withoutSecrets(List<String> command, RespValue reply) {
        boolean tellsOptions = command.size() > 1
                && command.get(0).equalsIgnoreCase("config")
                && command.get(1).equalsIgnoreCase("get");
        if (!tellsOptions || !(reply instanceof RespValue.Array array)) {
            return reply;
        }
        List<RespValue> shown = new ArrayList<>();
        for (int i = 0; i + 1 < array.items().size(); i += 2) {
            if (!(array.items().get(i) instanceof RespValue.Bulk option)
                    || !SECRET_OPTIONS.contains(option.text().toLowerCase(Locale.ROOT))) {
                shown.addAll(array.items().subList(i, i + 2));
            }
        }
        return new RespValue.Array(shown);
    }

    private static boolean isFixed(String option) {
        String name = option.toLowerCase(Locale.ROOT);
        return FIXED_OPTIONS.contains(name)
                || SECRET_OPTIONS.contains(name)
                || FIXED_PREFIXES.stream().anyMatch(name::startsWith);
    }
}
