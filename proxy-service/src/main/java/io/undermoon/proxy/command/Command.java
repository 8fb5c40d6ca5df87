package io.undermoon.proxy.command;

import io.undermoon.proxy.frame.CommandFrame;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A command or sub-command of Redis as the {@linkplain CommandTable table} knows it. Immutable; there is one object for each
 * command, so commands are compared by identity.
 */
public final class Command {
    private final int id;
    private final CommandLine line;
    private final Policy policy;
    private final int flagBits;
    private final KeySpec[] keySpecs;
    private final int singleKeyArgument;
    private final boolean sorts;
    private final List<Command> subcommands;
    private final NameIndex subcommandIndex;

    Command(int id, CommandLine line, Policy policy, List<Command> subcommands) {
        this.id = id;
        this.line = line;
        this.policy = policy;
        this.flagBits = bits(line.flags());
        this.keySpecs = line.keySpecs().toArray(new KeySpec[0]);
        this.singleKeyArgument = keySpecs.length == 1 && keySpecs[0].isFixedSingle()
                ? keySpecs[0].begin().position()
                : 0;
        this.sorts = line.keySpecs().stream().anyMatch(KeySpec::isUnknown);
        this.subcommands = List.copyOf(subcommands);
        this.subcommandIndex = new NameIndex(subcommands);
    }

    /** The same command with more sub-commands; itself when there are no more. */
    Command withSubcommands(List<Command> more) {
        if (more.isEmpty()) {
            return this;
        }
        List<Command> together = new ArrayList<>(subcommands);
        together.addAll(more);
        together.sort(Comparator.comparing(Command::name));
        // A container itself is only ever answered with an error; what matters is that it shows if one of its members
        // does.
        boolean shows = policy.isServed() || more.stream().anyMatch(member -> member.policy.isServed());
        return new Command(id, line, shows && !policy.isServed() ? Policy.FORWARD : policy, together);
    }

    /** A dense number from 0 to {@link CommandTable#size()} - 1, for arrays of counters; it differs between versions. */
    public int id() {
        return id;
    }

    /** The full name in lower case: {@code get}, {@code client|setname}. */
    public String name() {
        return line.name();
    }

    /** The name without its container: {@code get}, {@code setname}. */
    public String simpleName() {
        return line.simpleName();
    }

    /** As Redis counts: the name included, and {@code -n} means n or more. */
    public int arity() {
        return line.arity();
    }

    public Set<CommandFlag> flags() {
        return line.flags();
    }

    public boolean has(CommandFlag flag) {
        return (flagBits & flag.bit()) != 0;
    }

    /** The ACL categories without {@code @}, in the order of Redis. */
    public List<String> categories() {
        return line.categories();
    }

    /** The command tips of Redis. */
    public List<String> tips() {
        return line.tips();
    }

    /** What the proxy does with the command, unless its arguments ask for more: see {@link #policyOf}. */
    public Policy policy() {
        return policy;
    }

    /** What the proxy does with this very command: {@code XREAD} is forwarded, and with {@code BLOCK} it blocks. */
    public Policy policyOf(CommandFrame frame) {
        if (policy == Policy.FORWARD && has(CommandFlag.BLOCKING) && StreamOptions.block(frame)) {
            return Policy.BLOCK;
        }
        return policy;
    }

    /** Whether a command of so many arguments, the name included, is complete. */
    public boolean arityMatches(int argumentCount) {
        int arity = line.arity();
        return arity >= 0 ? argumentCount == arity : argumentCount >= -arity;
    }

    /** Whether the command takes keys at all; a channel is not one. */
    public boolean hasKeys() {
        return line.hasKeys();
    }

    /** Whether the command only groups sub-commands. */
    public boolean isContainer() {
        return !subcommands.isEmpty();
    }

    /** The sub-commands in alphabetical order. */
    public List<Command> subcommands() {
        return subcommands;
    }

    /** The sub-command that argument 1 names; null when there is no such argument or sub-command. Allocates nothing. */
    public @Nullable Command findSub(CommandFrame frame) {
        return frame.argumentCount() < 2 ? null : subcommandIndex.find(frame, 1);
    }

    CommandLine line() {
        return line;
    }

    KeySpec[] keySpecs() {
        return keySpecs;
    }

    /** The argument of the only key when that is always at the same place, else 0. */
    int singleKeyArgument() {
        return singleKeyArgument;
    }

    /** Whether the command is SORT or SORT_RO, whose keys no spec describes. */
    boolean sorts() {
        return sorts;
    }

    @Override
    public String toString() {
        return line.name();
    }

    private static int bits(Set<CommandFlag> flags) {
        int bits = 0;
        for (CommandFlag flag : flags) {
            bits |= flag.bit();
        }
        return bits;
    }
}
