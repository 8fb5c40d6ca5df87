package io.undermoon.proxy.acl;

import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandTable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A builder of a {@link Selector} by the rules of {@code ACL SETUSER}. For one thread. */
final class SelectorRules {
    private static final String ADDED_AFTER_ALL =
            "Adding a pattern after the * pattern (or the '%s' flag) is not valid and "
                    + "does not have any effect. Try '%s' to start with an empty list of %s";

    private final CommandTable table;
    private final BitSet commands = new BitSet();
    private final Map<Integer, List<String>> firstArguments = new HashMap<>();
    private final List<String> commandRules = new ArrayList<>();
    private final Map<String, KeyPattern> keys = new LinkedHashMap<>();
    private final LinkedHashSet<String> channels = new LinkedHashSet<>();

    /** No command was removed since {@code +@all}. */
    private boolean allCommands;

    /** Whether the command rules add to {@code -@all}; else they remove from {@code +@all}. */
    private boolean additive = true;

    private boolean allKeys;
    private boolean allChannels;

    /** Allows nothing. */
    SelectorRules(CommandTable table) {
        this.table = table;
    }

    /** Begins with the rules of a selector. */
    SelectorRules(CommandTable table, Selector present) {
        this(table);
        commands.or(present.commands());
        present.firstArguments().forEach((id, arguments) -> firstArguments.put(id, new ArrayList<>(arguments)));
        List<String> rules = List.of(present.commandRules().split(" "));
        additive = rules.get(0).equals("-@all");
        commandRules.addAll(rules.subList(1, rules.size()));
        present.keys().forEach(key -> keys.put(key.text(), key));
        present.channels().forEach(channel -> channels.add(channel.text()));
        allCommands = present.allCommands();
        allKeys = present.allKeys();
        allChannels = present.allChannels();
    }

    Selector build() {
        return new Selector(this);
    }

    /** Applies a rule about commands, keys or channels. */
    void apply(String rule) throws RuleException {
        switch (rule.toLowerCase(Locale.ROOT)) {
            case "allkeys", "~*" -> setAllKeys(true);
            case "resetkeys" -> setAllKeys(false);
            case "allchannels", "&*" -> setAllChannels(true);
            case "resetchannels" -> setAllChannels(false);
            case "allcommands", "+@all" -> setAllCommands(true);
            case "nocommands", "-@all" -> setAllCommands(false);
            default -> applyPrefixed(rule);
        }
    }

    private void applyPrefixed(String rule) throws RuleException {
        String rest = rule.substring(1);
        switch (rule.charAt(0)) {
            case '~' -> addKeys(rest, true, true);
            case '%' -> addKeys(rest);
            case '&' -> addChannels(rest);
            case '+' -> change(rest, true);
            case '-' -> change(rest, false);
            default -> throw new RuleException(RuleException.SYNTAX);
        }
    }

    private void setAllKeys(boolean all) {
        allKeys = all;
        keys.clear();
    }

    private void setAllChannels(boolean all) {
        allChannels = all;
        channels.clear();
    }

    private void setAllCommands(boolean all) {
        allCommands = all;
        additive = !all;
        commands.set(0, table.idLimit(), all);
        firstArguments.clear();
        commandRules.clear();
    }

    /** {@code R~pattern}, {@code W~pattern}, {@code RW~pattern}. */
    private void addKeys(String rule) throws RuleException {
        int tilde = rule.indexOf('~');
        String access = tilde < 0 ? "" : rule.substring(0, tilde).toUpperCase(Locale.ROOT);
        switch (access) {
            case "R" -> addKeys(rule.substring(tilde + 1), true, false);
            case "W" -> addKeys(rule.substring(tilde + 1), false, true);
            case "RW", "WR" -> addKeys(rule.substring(tilde + 1), true, true);
            default -> throw new RuleException(RuleException.SYNTAX);
        }
    }

    private void addKeys(String pattern, boolean read, boolean write) throws RuleException {
        if (allKeys) {
            throw new RuleException(ADDED_AFTER_ALL.formatted("allkeys", "resetkeys", "patterns"));
        }
        requireNoSpaces(pattern);
        keys.merge(pattern, new KeyPattern(pattern, read, write), KeyPattern::or);
    }

    private void addChannels(String pattern) throws RuleException {
        if (allChannels) {
            throw new RuleException(ADDED_AFTER_ALL.formatted("allchannels", "resetchannels", "channels"));
        }
        requireNoSpaces(pattern);
        channels.add(pattern);
    }

    /** Refuses spaces, which would end the pattern where rules are listed or saved. */
    private static void requireNoSpaces(String pattern) throws RuleException {
        if (UserRules.hasSpaces(pattern)) {
            throw new RuleException(RuleException.SYNTAX);
        }
    }

    private void change(String subject, boolean allow) throws RuleException {
        if (subject.startsWith("@")) {
            List<Command> members = Categories.commandsOf(subject.substring(1), table);
            if (members.isEmpty()) {
                throw new RuleException(RuleException.UNKNOWN_COMMAND);
            }
            members.forEach(member -> change(member, allow));
        } else {
            Command command = table.find(subject);
            if (command != null) {
                change(command, allow);
            } else if (allow && subject.indexOf('|') >= 0) {
                addFirstArgument(subject);
            } else {
                throw new RuleException(RuleException.UNKNOWN_COMMAND);
            }
        }
        note(subject.toLowerCase(Locale.ROOT), allow);
    }

    private void change(Command command, boolean allow) {
        allCommands &= allow;
        commands.set(command.id(), allow);
        firstArguments.remove(command.id());
        command.subcommands().forEach(sub -> commands.set(sub.id(), allow));
    }

    /** {@code select|0}: allows a command with one first argument only. */
    private void addFirstArgument(String subject) throws RuleException {
        int bar = subject.lastIndexOf('|');
        Command command = table.find(subject.substring(0, bar));
        String argument = subject.substring(bar + 1);
        if (command == null) {
            throw new RuleException(RuleException.UNKNOWN_COMMAND);
        }
        if (command.name().indexOf('|') >= 0) {
            throw new RuleException("Allowing first-arg of a subcommand is not supported");
        }
        if (argument.isEmpty() || UserRules.hasSpaces(argument)) {
            throw new RuleException(RuleException.SYNTAX);
        }
        if (command.isContainer()) {
            throw new RuleException(RuleException.UNKNOWN_COMMAND);
        }
        List<String> arguments = firstArguments.computeIfAbsent(command.id(), id -> new ArrayList<>());
        if (arguments.stream().noneMatch(argument::equalsIgnoreCase)) {
            arguments.add(argument);
        }
    }

    /** Adds the rule and removes the rules that it makes redundant. */
    private void note(String subject, boolean allow) {
        commandRules.removeIf(rule -> {
            String earlier = rule.substring(1);
            return earlier.equals(subject) || earlier.startsWith(subject + "|");
        });
        commandRules.add((allow ? "+" : "-") + subject);
    }

    boolean allCommands() {
        return allCommands;
    }

    BitSet commands() {
        return (BitSet) commands.clone();
    }

    Map<Integer, List<String>> firstArguments() {
        Map<Integer, List<String>> copy = new HashMap<>();
        firstArguments.forEach((id, arguments) -> copy.put(id, List.copyOf(arguments)));
        return Map.copyOf(copy);
    }

    boolean allKeys() {
        return allKeys;
    }

    List<KeyPattern> keys() {
        return List.copyOf(keys.values());
    }

    boolean allChannels() {
        return allChannels;
    }

    List<String> channels() {
        return List.copyOf(channels);
    }

    String commandRules() {
        StringBuilder text = new StringBuilder(additive ? "-@all" : "+@all");
        commandRules.forEach(rule -> text.append(' ').append(rule));
        return text.toString();
    }
}
