package io.undermoon.proxy.command;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The holder of the current {@link CommandTable}: the built-in table with the commands that were learnt from nodes,
 * such as those of modules and of newer versions. A learnt command stays; a node that lacks it answers with an
 * error, as it does for a built-in command that it lacks.
 *
 * <p>Thread-safe. Tables are immutable and replaced as a whole; listeners are called afterwards, on the thread that
 * learns.
 */
public final class CommandCatalog {
    private final CommandTable base = CommandTable.load();
    private final Map<String, CommandLine> learnt = new LinkedHashMap<>();
    private final List<Consumer<CommandTable>> listeners = new CopyOnWriteArrayList<>();
    private volatile CommandTable current = base;
    private volatile Set<String> missing = Set.of();

    public CommandTable current() {
        return current;
    }

    /** Whether the node that was asked last lacks a built-in command: it is older, or the command was renamed. */
    public boolean isMissing(String name) {
        return missing.contains(name);
    }

    /** The bound of all {@link Command#id() ids}, learnt ones included: the size of arrays that are indexed by id. */
    public int idLimit() {
        return base.idLimit();
    }

    /** Adds a listener for new tables. */
    public void onChange(Consumer<CommandTable> listener) {
        listeners.add(listener);
    }

    /**
     * Adds the commands of a node that are not known yet.
     *
     * @return the names that are new
     */
    public synchronized List<String> learn(NodeCommands commands) {
        Set<String> known = commands.lines().stream().map(CommandLine::name).collect(Collectors.toSet());
        missing = base.top().stream()
                .map(Command::name)
                .filter(name -> !known.contains(name))
                .collect(Collectors.toUnmodifiableSet());
        List<String> names = new ArrayList<>();
        boolean changed = false;
        for (CommandLine line : unknown(commands.lines())) {
            if (learnt.size() == CommandTable.MAX_LEARNT && !learnt.containsKey(line.name())) {
                break;
            }
            CommandLine before = learnt.put(line.name(), line);
            changed |= !line.equals(before);
            if (before == null) {
                names.add(line.name());
            }
        }
        if (changed) {
            CommandTable next = base.with(learnt.values());
            current = next;
            listeners.forEach(listener -> listener.accept(next));
        }
        return names;
    }

    /** Drops the built-in commands, which keep their own rules. */
    private List<CommandLine> unknown(Collection<CommandLine> lines) {
        return lines.stream().filter(line -> base.find(line.name()) == null).toList();
    }
}
