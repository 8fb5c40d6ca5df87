package io.undermoon.proxy.acl;

import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.limit.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;

/** A builder of a {@link User} by the rules of {@code ACL SETUSER}. For one thread. */
final class UserRules {
    private static final String NO_HASH =
            "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters";
    private static final String NO_SUCH_PASSWORD = "The password you are trying to remove from the user does not exist";

    private final CommandTable table;
    private final String name;
    private final LinkedHashSet<String> passwords = new LinkedHashSet<>();
    private final List<Selector> selectors = new ArrayList<>();
    private SelectorRules root;
    private boolean enabled;
    private boolean needsNoPassword;
    private String payloadFlag = "";
    private Limits limits = Limits.NONE;

    /** A user without permissions. */
    UserRules(CommandTable table, String name) {
        this.table = table;
        this.name = name;
        this.root = new SelectorRules(table);
    }

    /** Begins with the rules of a user. */
    UserRules(CommandTable table, User present) {
        this(table, present.name());
        passwords.addAll(present.passwords());
        selectors.addAll(present.selectors());
        root = new SelectorRules(table, present.root());
        enabled = present.enabled();
        needsNoPassword = present.needsNoPassword();
        payloadFlag = present.payloadFlag();
        limits = present.limits();
    }

    /** A user with all permissions that needs no password. */
    static UserRules unrestricted(CommandTable table, String name) {
        UserRules rules = new UserRules(table, name);
        rules.enabled = true;
        rules.needsNoPassword = true;
        try {
            for (String rule : List.of("+@all", "~*", "&*")) {
                rules.root.apply(rule);
            }
        } catch (RuleException e) {
            throw new IllegalStateException(e);
        }
        return rules;
    }

    User build() {
        return new User(this);
    }

    void addPassword(byte[] password) {
        passwords.add(Passwords.hash(password));
        needsNoPassword = false;
    }

    void apply(String rule) throws RuleException {
        if (rule.isEmpty()) {
            return;
        }
        switch (rule.toLowerCase(Locale.ROOT)) {
            case "on" -> enabled = true;
            case "off" -> enabled = false;
            // Only listed: nodes sanitize payloads according to the user of the proxy there.
            case "skip-sanitize-payload", "sanitize-payload" -> payloadFlag = rule.toLowerCase(Locale.ROOT);
            case "nopass" -> resetPasswords(true);
            case "resetpass" -> resetPasswords(false);
            case "clearselectors" -> selectors.clear();
            case "reset" -> reset();
            case "resetlimits" -> limits = Limits.NONE;
            default -> {
                if (LimitRules.isOne(rule)) {
                    limits = LimitRules.apply(limits, rule);
                } else {
                    applyPrefixed(rule);
                }
            }
        }
    }

    private void applyPrefixed(String rule) throws RuleException {
        String rest = rule.substring(1);
        switch (rule.charAt(0)) {
            case '>' -> addPassword(rest.getBytes(StandardCharsets.ISO_8859_1));
            case '#' -> {
                passwords.add(requireHash(rest));
                needsNoPassword = false;
            }
            case '<' -> removePassword(Passwords.hash(rest.getBytes(StandardCharsets.ISO_8859_1)));
            case '!' -> removePassword(requireHash(rest));
            case '(' -> addSelector(rest);
            default -> root.apply(rule);
        }
    }

    private void addSelector(String rest) throws RuleException {
        if (!rest.endsWith(")")) {
            throw new RuleException(RuleException.SYNTAX);
        }
        SelectorRules selector = new SelectorRules(table);
        for (String rule : rest.substring(0, rest.length() - 1).split(" ", -1)) {
            if (!rule.isEmpty()) {
                selector.apply(rule);
            }
        }
        selectors.add(selector.build());
    }

    private void resetPasswords(boolean thenNeedsNone) {
        needsNoPassword = thenNeedsNone;
        passwords.clear();
    }

    private void reset() {
        resetPasswords(false);
        selectors.clear();
        root = new SelectorRules(table);
        enabled = false;
        payloadFlag = "sanitize-payload";
        limits = Limits.NONE;
    }

    private void removePassword(String hash) throws RuleException {
        if (!passwords.remove(hash)) {
            throw new RuleException(NO_SUCH_PASSWORD);
        }
    }

    private static String requireHash(String text) throws RuleException {
        if (!Passwords.isHash(text)) {
            throw new RuleException(NO_HASH);
        }
        return text;
    }

    /** Whether the text is not one word in an ACL file. */
    static boolean hasSpaces(String text) {
        return text.chars().anyMatch(c -> c == ' ' || c >= '\t' && c <= '\r' || c == 0);
    }

    /**
     * Joins the words of each selector in parentheses into one rule.
     *
     * @throws RuleException a parenthesis is not closed
     */
    static List<String> joinSelectors(List<String> words) throws RuleException {
        List<String> rules = new ArrayList<>();
        StringBuilder open = null;
        for (String word : words) {
            if (open == null && (!word.startsWith("(") || word.endsWith(")"))) {
                rules.add(word);
                continue;
            }
            open = open == null ? new StringBuilder(word) : open.append(' ').append(word);
            if (word.endsWith(")")) {
                rules.add(open.toString());
                open = null;
            }
        }
        if (open != null) {
            String start = open.toString().split(" ", 2)[0];
            throw new RuleException("Unmatched parenthesis in acl selector starting at '" + start + "'.");
        }
        return rules;
    }

    String name() {
        return name;
    }

    boolean enabled() {
        return enabled;
    }

    boolean needsNoPassword() {
        return needsNoPassword;
    }

    String payloadFlag() {
        return payloadFlag;
    }

    Limits limits() {
        return limits;
    }

    List<String> passwords() {
        return List.copyOf(passwords);
    }

    Selector root() {
        return root.build();
    }

    List<Selector> selectors() {
        return List.copyOf(selectors);
    }
}
