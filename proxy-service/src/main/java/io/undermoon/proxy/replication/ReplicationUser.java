package io.undermoon.proxy.replication;

import io.undermoon.proxy.node.NodeException;
import io.undermoon.resp.RespValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The user as which replicas log in to their masters. The proxy makes it at a master, in the memory of the node, when
 * the run of the node may serve: a master that restarts does not know it, so its replicas cannot copy what it has then.
 * The user's one key pattern names the run, which shows a later proxy that the run was cleared.
 *
 * <p>The password is a hash of the proxy's credentials, so both proxies of a chunk know it.
 *
 * @param password at the node, of replicas behind this proxy
 * @param accepted a second one, which replicas behind other proxies may use; null if there is none
 */
record ReplicationUser(String password, @Nullable String accepted) {
    static final String NAME = "undermoon-replica";

    /** Commands of a replica to its master. */
    private static final List<String> RIGHTS = List.of("+ping", "+replconf", "+psync", "+sync");

    private static final String RUN_PATTERN = "undermoon:run:";

    /**
     * @param user of the proxy at the nodes; null for the default user
     * @param password of the proxy at the nodes; null if it has none
     * @param accepted what other proxies may have in its place; null if that is not being replaced
     */
    static ReplicationUser of(@Nullable String user, @Nullable String password, @Nullable String accepted) {
        return new ReplicationUser(derived(user, password), accepted == null ? null : derived(user, accepted));
    }

    private static String derived(@Nullable String user, @Nullable String password) {
        return hash(NAME + "\n" + user + "\n" + password);
    }

    /** The command that makes the user at a master, or makes it anew. */
    List<String> toSetUser(String runId) {
        List<String> rules = List.of("reset", "on", "#" + hash(password), "~" + RUN_PATTERN + runId);
        List<String> command = new ArrayList<>(List.of("ACL", "SETUSER", NAME));
        command.addAll(rules);
        if (accepted != null) {
            command.add("#" + hash(accepted));
        }
        command.addAll(RIGHTS);
        return command;
    }

    /** The command that lets no replica in any more, until the user is made anew. */
    static List<String> toRefuse() {
        return List.of("ACL", "SETUSER", NAME, "off");
    }

    /**
     * The command that changes nothing about a user that exists, and else makes one as whom nobody can log in. Its
     * reply says whether the proxy can make users at the node.
     */
    static List<String> toTry() {
        return List.of("ACL", "SETUSER", NAME);
    }

    /** The command that reads the user of a node. */
    static List<String> toGetUser() {
        return List.of("ACL", "GETUSER", NAME);
    }

    /** Whether the reply to a command about users says that the node knows none, or lets the proxy make none. */
    static boolean isUnsupported(NodeException problem) {
        String error = problem.text();
        boolean isRefused =
                error.startsWith("NOPERM") || error.toLowerCase(Locale.ROOT).contains("unknown ");
        return problem.isErrorReply() && isRefused;
    }

    /** Whether a reply to {@link #toGetUser} names a run. */
    static boolean names(String runId, RespValue reply) {
        return reply instanceof RespValue.Array fields
                && fields.items().stream().anyMatch(field -> hasPattern(RUN_PATTERN + runId, field));
    }

    /** Whether a reply to {@link #toGetUser} has exactly the passwords of this user. */
    boolean hasPasswords(RespValue reply) {
        Set<String> present = new HashSet<>();
        if (reply instanceof RespValue.Array fields) {
            int name = fields.items().indexOf(new RespValue.Bulk("passwords"));
            if (name >= 0 && fields.items().get(name + 1) instanceof RespValue.Array hashes) {
                hashes.items().forEach(hash -> present.add(hash instanceof RespValue.Bulk text ? text.text() : ""));
            }
        }
        Set<String> wanted = new HashSet<>(Set.of(hash(password)));
        if (accepted != null) {
            wanted.add(hash(accepted));
        }
        return present.equals(wanted);
    }

    /** Patterns are one text with blanks since Redis 7, an array before. */
    private static boolean hasPattern(String pattern, RespValue field) {
        if (field instanceof RespValue.Array patterns) {
            return patterns.items().stream().anyMatch(each -> hasPattern(pattern, each));
        }
        return field instanceof RespValue.Bulk text && text.text().endsWith(pattern);
    }

    private static String hash(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return NAME;
    }
}
