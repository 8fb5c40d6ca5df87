package io.undermoon.proxy.command;

import io.undermoon.proxy.frame.CommandFrame;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A command or sub-command of Redis in the {@linkplain CommandTable table}. Immutable; one object per command, so
 * commands are compared by identity.
 */
public final class Command {
    private static final Set<String> WRITING_SCRIPTS = Set.of("eval", "evalsha", "fcall");
    private static final Set<String> MAY_WRITE = Set.of("eval", "evalsha", "fcall", "pfcount", "publish", "spublish");

    private final int id;
    private final CommandLine line;
    private final Policy policy;
    private final int flagBits;
    private final KeySpec[] keySpecs;
    private final int singleKeyArgument;
    private final boolean sorts;
    private final boolean copies;
    private final boolean mayWrite;
    private final boolean isWritingScript;
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
        this.copies = line.name().equals("copy");
        this.mayWrite = line.flags().contains(CommandFlag.WRITE) || MAY_WRITE.contains(line.name());
        this.isWritingScript = WRITING_SCRIPTS.contains(line.name());
        this.subcommands = List.copyOf(subcommands);
        this.subcommandIndex = new NameIndex(subcommands);
    }

    /** This command with added sub-commands; itself if none are added. */
    Command withSubcommands(List<Command> more) {
        if (more.isEmpty()) {
            return this;
        }
        List<Command> together = new ArrayList<>(subcommands);
        together.addAll(more);
        together.sort(Comparator.comparing(Command::name));
        // A container itself is only answered with an error; it is listed if one of its members is.
        boolean shows = policy.isServed() || more.stream().anyMatch(member -> member.policy.isServed());
        return new Command(id, line, shows && !policy.isServed() ? Policy.FORWARD : policy, together);
    }

    /** A number from 0 to {@link CommandTable#size()} - 1, the index in arrays; it differs between versions. */
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

    /** The arity as Redis gives it: the name included, and {@code -n} means n or more. */
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

    /** The policy of the command by its name; arguments may change it, see {@link #policyOf}. */
    public Policy policy() {
        return policy;
    }

    /** The policy of the command with its arguments: {@code XREAD} is forwarded, and blocks with {@code BLOCK}. */
    public Policy policyOf(CommandFrame frame) {
        if (policy == Policy.FORWARD && has(CommandFlag.BLOCKING) && StreamOptions.block(frame)) {
            return Policy.BLOCK;
        }
        return policy;
    }

    /** Whether the command changes data or may do so, by the rule of Redis: scripts and publishing count. */
    public boolean mayWrite() {
        return mayWrite;
    }

    /** Whether the command runs a script or function that may write, perhaps also to keys that it does not name. */
    public boolean isWritingScript() {
        return isWritingScript;
    }

    /** Whether a number of arguments, the name included, satisfies the arity. */
    public boolean arityMatches(int argumentCount) {
        int arity = line.arity();
        return arity >= 0 ? argumentCount == arity : argumentCount >= -arity;
    }

    /** Whether the command takes keys; a channel is not a key. */
    public boolean hasKeys() {
        return line.hasKeys();
    }

    /** Whether the command is a container of sub-commands. */
    public boolean isContainer() {
        return !subcommands.isEmpty();
    }

    /** The sub-commands in alphabetical order. */
    public List<Command> subcommands() {
        return subcommands;
    }

    /** The sub-command that argument 1 names; null if there is no such argument or sub-command. Allocates nothing. */
    public @Nullable Command findSub(CommandFrame frame) {
        return frame.argumentCount() < 2 ? null : subcommandIndex.find(frame, 1);
    }

    CommandLine line() {
        return line;
    }

    KeySpec[] keySpecs() {
        return keySpecs;
    }

    /** The position of the only key if it is constant, else 0. */
    int singleKeyArgument() {
        return singleKeyArgument;
    }

    /** Whether the command is SORT or SORT_RO, whose keys no spec describes. */
    boolean sorts() {
        return sorts;
    }

    /** Whether the command is COPY, which may name another database. */
    boolean copies() {
        return copies;
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
