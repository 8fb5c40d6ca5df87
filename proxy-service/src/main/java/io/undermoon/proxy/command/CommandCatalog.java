package io.undermoon.proxy.command;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The {@link CommandTable} as of now: the one of the program, and what was learnt from nodes that have commands the program does
 * not know: those of modules, and of newer versions. What is once learnt stays; a node that no longer has it says so itself.
 *
 * <p>Thread-safe. Tables are immutable and replaced as a whole; listeners are told after, on the thread that learns.
 */
public final class CommandCatalog {
    private final CommandTable base = CommandTable.load();
    private final Map<String, CommandLine> learnt = new LinkedHashMap<>();
    private final List<Consumer<CommandTable>> listeners = new CopyOnWriteArrayList<>();
    private volatile CommandTable current = base;

    public CommandTable current() {
        return current;
    }

    /** Above every {@link Command#id() id} there will ever be, for arrays by id. */
    public int idLimit() {
        return base.idLimit();
    }

    /** Calls back with each new table from now on. */
    public void onChange(Consumer<CommandTable> listener) {
        listeners.add(listener);
    }

    /**
     * Adds those of a node's commands that are not known.
     *
     * @return the names that are new
     */
    public synchronized List<String> learn(NodeCommands commands) {
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

    /** Without those of the program, whose own rules count. */
    private List<CommandLine> unknown(Collection<CommandLine> lines) {
        return lines.stream().filter(line -> base.find(line.name()) == null).toList();
    }
}
