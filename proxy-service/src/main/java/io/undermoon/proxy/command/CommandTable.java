package io.undermoon.proxy.command;

import io.undermoon.proxy.frame.CommandFrame;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All commands of Redis that the proxy knows, read once from the resource {@code commands.txt}. Immutable; any thread may
 * use it.
 */
public final class CommandTable {
    private static final String RESOURCE = "commands.txt";

    private final List<Command> all;
    private final List<Command> top;
    private final Map<String, Command> byName = new HashMap<>();
    private final NameIndex index;

    private CommandTable(List<CommandLine> lines) {
        Map<String, CommandLine> containers = new TreeMap<>();
        Map<String, List<CommandLine>> members = new HashMap<>();
        for (CommandLine line : lines) {
            if (line.isSubcommand()) {
                members.computeIfAbsent(line.containerName(), name -> new ArrayList<>())
                        .add(line);
            } else if (containers.put(line.name(), line) != null) {
                throw new IllegalArgumentException("command " + line.name() + " is there twice");
            }
        }
        Policies policies = new Policies();
        List<Command> everything = new ArrayList<>(lines.size());
        List<Command> roots = new ArrayList<>(containers.size());
        for (CommandLine line : containers.values()) {
            List<CommandLine> children = members.getOrDefault(line.name(), List.of());
            List<Command> subcommands = new ArrayList<>(children.size());
            for (CommandLine child : children) {
                subcommands.add(add(everything, child, policies, List.of()));
            }
            roots.add(add(everything, line, policies, subcommands));
        }
        if (everything.size() != lines.size()) {
            throw new IllegalArgumentException("a sub-command has no container");
        }
        all = List.copyOf(everything);
        top = List.copyOf(roots);
        index = new NameIndex(top);
    }

    private Command add(List<Command> everything, CommandLine line, Policies policies, List<Command> subcommands) {
        Policy policy = policies.of(line.name(), line.hasKeys());
        Command command = new Command(everything.size(), line, policy, subcommands);
        everything.add(command);
        if (byName.put(line.name(), command) != null) {
            throw new IllegalArgumentException("command " + line.name() + " is there twice");
        }
        return command;
    }

    /** Reads the table; to be done once, at the start. */
    public static CommandTable load() {
        return new CommandTable(lines());
    }

    /** How many commands and sub-commands there are; their {@link Command#id() ids} are below. */
    public int size() {
        return all.size();
    }

    /** Every command and sub-command, at the index of its {@link Command#id() id}. */
    public List<Command> all() {
        return all;
    }

    /** The commands without the sub-commands, in alphabetical order. */
    public List<Command> top() {
        return top;
    }

    /**
     * The command that argument 0 names, in any case; null when there is none. For a container the sub-command is found by
     * {@link Command#findSub}. Allocates nothing.
     */
    public @Nullable Command find(CommandFrame frame) {
        return index.find(frame, 0);
    }

    /** A command by its full name in any case: {@code get}, {@code client|setname}; null when there is none. */
    public @Nullable Command find(String name) {
        return byName.get(name.toLowerCase(Locale.ROOT));
    }

    static List<CommandLine> lines() {
        List<CommandLine> lines = new ArrayList<>();
        try (InputStream resource = CommandTable.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new IllegalStateException("resource " + RESOURCE + " is not in the program");
            }
            BufferedReader reader = new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    lines.add(CommandLine.parse(line));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines;
    }
}
