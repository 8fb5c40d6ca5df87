package io.undermoon.proxy.command;

import io.undermoon.proxy.frame.CommandFrame;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The table of all commands that the proxy knows, read once from the resource {@code commands.txt}. Immutable. */
public final class CommandTable {
    private static final String RESOURCE = "commands.txt";

    /** The largest number of learnt commands. */
    static final int MAX_LEARNT = 1024;

    private final int idLimit;
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
        idLimit = everything.size() + MAX_LEARNT;
        all = List.copyOf(everything);
        top = List.copyOf(roots);
        index = new NameIndex(top);
    }

    /** The table {@code known} with added commands; existing commands keep their ids. */
    private CommandTable(CommandTable known, Collection<CommandLine> learnt) {
        Policies policies = new Policies();
        Map<String, List<Command>> children = new HashMap<>();
        Map<String, Command> made = new HashMap<>();
        int id = known.size();
        for (CommandLine line : learnt) {
            Command command = new Command(id++, line, policies.ofLearnt(line), List.of());
            made.put(line.name(), command);
            if (line.isSubcommand()) {
                children.computeIfAbsent(line.containerName(), name -> new ArrayList<>())
                        .add(command);
            }
        }
        List<Command> everything = new ArrayList<>(known.all);
        learnt.forEach(line -> everything.add(made.get(line.name())));
        List<Command> roots = new ArrayList<>();
        for (Command command : List.copyOf(everything)) {
            if (!command.line().isSubcommand()) {
                Command root = command.withSubcommands(children.getOrDefault(command.name(), List.of()));
                everything.set(root.id(), root);
                roots.add(root);
            }
        }
        everything.forEach(command -> byName.put(command.name(), command));
        roots.sort(Comparator.comparing(Command::name));
        idLimit = known.idLimit;
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

    /** Reads the table; called once, at the start. */
    public static CommandTable load() {
        return new CommandTable(lines());
    }

    /** This table with added commands. The order of the added commands must not change, so that they keep their ids. */
    CommandTable with(Collection<CommandLine> learnt) {
        return new CommandTable(this, learnt);
    }

    /** The bound of all {@link Command#id() ids}, those of learnt commands included. */
    public int idLimit() {
        return idLimit;
    }

    /** The number of commands and sub-commands, the bound of their {@link Command#id() ids}. */
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
     * The command that argument 0 names, in any case; null if there is none. {@link Command#findSub} finds the
     * sub-command of a container. Allocates nothing.
     */
    public @Nullable Command find(CommandFrame frame) {
        return index.find(frame, 0);
    }

    /** A command by its full name in any case: {@code get}, {@code client|setname}; null if there is none. */
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
