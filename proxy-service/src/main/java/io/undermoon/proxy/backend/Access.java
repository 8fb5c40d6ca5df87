package io.undermoon.proxy.backend;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What the commands on a connection may do at a Redis node: everything that the proxy's own user may, or what one of
 * two users may that the proxy itself keeps at its nodes by {@code ACL SETUSER}. A node checks the rights also of the
 * commands that a script runs.
 *
 * <p>The password of such a user is a hash of its rules and of the proxy's credentials. So a proxy with other rules or
 * credentials cannot log in and sets the user anew, and all other connections log in without setting it.
 */
public enum Access {
    /** The proxy's own commands. */
    PROXY(""),

    /**
     * Commands of clients: nothing that reaches another database, where the records of migrations are, or another
     * server. {@code COPY} can name a database, so it may not write keys with the names of the records.
     */
    CLIENTS("~* -copy"),

    /** Scripts that name no keys, so that nobody knows where those are: no key at all. */
    KEYLESS("resetkeys -flushdb");

    private static final String USER_PREFIX = "undermoon-";
    private static final String RESERVED_KEYS = "undermoon:";
    private static final String COMMON_RULES = "&* +@all -select -swapdb -move -migrate -flushall";

    private final String user;
    private final List<List<String>> rules;

    Access(String ownRules) {
        user = USER_PREFIX + name().toLowerCase(java.util.Locale.ROOT);
        List<String> simple = new ArrayList<>(List.of(COMMON_RULES.split(" ", -1)));
        simple.addAll(List.of(ownRules.split(" ", -1)));
        List<String> exact = new ArrayList<>(simple);
        if (ownRules.contains("-copy")) {
            exact.add(copyOfUnreservedKeys());
        }
        rules = exact.equals(simple) ? List.of(simple) : List.of(exact, simple);
    }

    /** The name of the user at the node. */
    String user() {
        return user;
    }

    /** How many sets of rules there are, from the newest servers to the oldest. */
    int variants() {
        return rules.size();
    }

    String password(BackendSettings.Login proxy) {
        return hex(user + rules + proxy.user() + "\n" + proxy.password());
    }

    /** The command that makes the user, or makes it anew. */
    List<String> toSetUser(int variant, BackendSettings.Login proxy) {
        List<String> command = new ArrayList<>(List.of("ACL", "SETUSER", user, "reset", "on"));
        command.add("#" + hex(password(proxy)));
        command.addAll(rules.get(variant));
        return command;
    }

    /**
     * A selector, known from Redis 7 on, that allows {@code COPY} with all keys but the reserved ones. Patterns can
     * only allow, so there is one for each place where a key may differ from the reserved beginning.
     */
    private static String copyOfUnreservedKeys() {
        StringBuilder selector = new StringBuilder("(+copy");
        for (int i = 0; i < RESERVED_KEYS.length(); i++) {
            String same = RESERVED_KEYS.substring(0, i);
            if (i > 0) {
                selector.append(" ~").append(same);
            }
            selector.append(" ~")
                    .append(same)
                    .append("[^")
                    .append(RESERVED_KEYS.charAt(i))
                    .append("]*");
        }
        return selector.append(')').toString();
    }

    private static String hex(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
