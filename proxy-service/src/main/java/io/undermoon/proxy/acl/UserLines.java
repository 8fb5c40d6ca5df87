package io.undermoon.proxy.acl;

import io.undermoon.proxy.command.CommandTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A parser of Redis ACL files: one line per user, {@code user <name> <rule> …}; blank lines are skipped. */
final class UserLines {
    private final String source;
    private final CommandTable table;
    private final List<User> users = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    private UserLines(String source, CommandTable table) {
        this.source = source;
        this.table = table;
    }

    /**
     * @throws RuleException the text is wrong; the message has all errors
     */
    static List<User> parse(String text, String source, CommandTable table) throws RuleException {
        UserLines lines = new UserLines(source, table);
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            if (!line.isBlank()) {
                lines.add(number, line.strip());
            }
        }
        if (!lines.problems.isEmpty()) {
            throw new RuleException(String.join("; ", lines.problems));
        }
        return lines.users;
    }

    private void add(int number, String line) {
        List<String> words = List.of(line.split("[ \t]+"));
        if (!words.get(0).equals("user") || words.size() < 2) {
            problem(number, "expected 'user <name> <rule> ...'");
            return;
        }
        String name = words.get(1);
        if (name.equals(AccessControl.CONTROL_USER)) {
            problem(number, "the name '" + name + "' is reserved");
        } else if (!names.add(name)) {
            problem(number, "user '" + name + "' is there twice");
        } else {
            addUser(number, name, words.subList(2, words.size()));
        }
    }

    private void addUser(int number, String name, List<String> words) {
        UserRules rules = new UserRules(table, name);
        try {
            for (String rule : UserRules.joinSelectors(words)) {
                apply(number, rules, rule);
            }
        } catch (RuleException e) {
            problem(number, e.getMessage());
        }
        users.add(rules.build());
    }

    private void apply(int number, UserRules rules, String rule) {
        try {
            rules.apply(rule);
        } catch (RuleException e) {
            // A malformed password is still a secret.
            String shown = rule.matches("[>#<!].*") ? rule.charAt(0) + "..." : rule;
            problem(number, "'" + shown + "': " + e.getMessage());
        }
    }

    private void problem(int number, String problem) {
        problems.add(source + ":" + number + ": " + problem);
    }
}
