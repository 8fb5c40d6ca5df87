package io.undermoon.proxy.acl;

import io.undermoon.proxy.command.MemorySize;
import io.undermoon.proxy.limit.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * The rules that limit what a user may use, which Redis does not have: {@code limit-commands=1000}, {@code
 * limit-bytes=1mb}, {@code limit-connections=50}; 0 for no limit.
 */
final class LimitRules {
    private static final String PREFIX = "limit-";
    private static final String COMMANDS = "limit-commands";
    private static final String BYTES = "limit-bytes";
    private static final String CONNECTIONS = "limit-connections";

    private LimitRules() {}

    /** Whether a rule is about limits. */
    static boolean isOne(String rule) {
        return rule.toLowerCase(Locale.ROOT).startsWith(PREFIX);
    }

    /**
     * Limits with one of them changed.
     *
     * @throws RuleException there is no such limit, or the value is none
     */
    static Limits apply(Limits limits, String rule) throws RuleException {
        int delimiter = rule.indexOf('=');
        String name = rule.substring(0, Math.max(0, delimiter)).toLowerCase(Locale.ROOT);
        OptionalLong value = MemorySize.parse(rule.substring(delimiter + 1));
        if (value.isPresent()) {
            long limit = value.getAsLong();
            switch (name) {
                case COMMANDS -> {
                    return new Limits(limit, limits.bytes(), limits.connections());
                }
                case BYTES -> {
                    return new Limits(limits.commands(), limit, limits.connections());
                }
                case CONNECTIONS -> {
                    return new Limits(limits.commands(), limits.bytes(), limit);
                }
                default -> {
                    // Reported below, together with values that are none.
                }
            }
        }
        throw new RuleException("a limit is " + COMMANDS + "=, " + BYTES + "= or " + CONNECTIONS
                + "= and a number, as in " + BYTES + "=1mb");
    }

    /** The rules that make limits of none. */
    static List<String> of(Limits limits) {
        List<String> rules = new ArrayList<>();
        add(rules, COMMANDS, limits.commands());
        add(rules, BYTES, limits.bytes());
        add(rules, CONNECTIONS, limits.connections());
        return rules;
    }

    private static void add(List<String> rules, String name, long limit) {
        if (limit > 0) {
            rules.add(name + "=" + limit);
        }
    }
}
