package io.undermoon.proxy.command;

import io.netty.buffer.ByteBuf;
import io.undermoon.glob.GlobPattern;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The replies to {@code COMMAND} and its sub-commands except {@code DOCS}, in the shape of Redis 7. They contain
 * all commands of the table: as in Redis, that a command is listed does not mean that the client may send it.
 * Immutable.
 */
public final class CommandReplies {
    private final CommandTable table;
    private final List<Command> top;

    public CommandReplies(CommandTable table) {
        this.table = table;
        this.top = table.top();
    }

    /** {@code COMMAND}: every command with its details. */
    public void all(Protocol protocol, ByteBuf out) {
        details(top, protocol, out);
    }

    /** {@code COMMAND COUNT}. */
    public void count(ByteBuf out) {
        RespWriter.integer(out, top.size());
    }

    /** {@code COMMAND INFO [name …]}: the details of the named commands, null for an unknown command. */
    public void info(CommandFrame frame, Protocol protocol, ByteBuf out) {
        if (frame.argumentCount() == 2) {
            all(protocol, out);
            return;
        }
        RespWriter.array(out, frame.argumentCount() - 2);
        for (int i = 2; i < frame.argumentCount(); i++) {
            Command command = table.find(frame.argument(i));
            if (command != null) {
                detail(command, protocol, out);
            } else {
                RespWriter.nullValue(out, protocol);
            }
        }
    }

    /** {@code COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN glob]}: names, sub-commands included. */
    public void list(CommandFrame frame, ByteBuf out) {
        Predicate<Command> filter = filter(frame);
        if (filter == null) {
            CommandErrors.syntax(out);
            return;
        }
        List<Command> chosen = new ArrayList<>();
        for (Command command : top) {
            addMatching(command, filter, chosen);
            for (Command subcommand : command.subcommands()) {
                addMatching(subcommand, filter, chosen);
            }
        }
        RespWriter.array(out, chosen.size());
        for (Command command : chosen) {
            RespWriter.bulk(out, command.name());
        }
    }

    /** {@code COMMAND GETKEYS command argument …}: the keys of a whole command. */
    public void getKeys(CommandFrame frame, ByteBuf out) {
        FoundKeys found = FoundKeys.in(table, frame, out);
        if (found == null) {
            return;
        }
        RespWriter.array(out, found.keys().size());
        for (FoundKeys.Key key : found.keys()) {
            RespWriter.bulk(out, key.text());
        }
    }

    /** {@code COMMAND GETKEYSANDFLAGS command argument …}: the keys and their flags. */
    public void getKeysAndFlags(CommandFrame frame, Protocol protocol, ByteBuf out) {
        FoundKeys found = FoundKeys.in(table, frame, out);
        if (found == null) {
            return;
        }
        RespWriter.array(out, found.keys().size());
        for (FoundKeys.Key key : found.keys()) {
            RespWriter.array(out, 2);
            RespWriter.bulk(out, key.text());
            keyFlags(key.flags(), protocol, out);
        }
    }

    private static void addMatching(Command command, Predicate<Command> filter, List<Command> chosen) {
        if (filter.test(command)) {
            chosen.add(command);
        }
    }

    /** The filter of {@code FILTERBY}; null if it is malformed. */
    private static @Nullable Predicate<Command> filter(CommandFrame frame) {
        if (frame.argumentCount() == 2) {
            return command -> true;
        }
        if (frame.argumentCount() != 5 || !frame.argumentIs(2, "FILTERBY")) {
            return null;
        }
        String wanted = frame.argument(4);
        if (frame.argumentIs(3, "PATTERN")) {
            GlobPattern pattern = GlobPattern.ignoringCase(wanted);
            return command -> pattern.matches(command.name());
        }
        if (frame.argumentIs(3, "ACLCAT")) {
            String category = wanted.toLowerCase(Locale.ROOT);
            return command -> command.categories().contains(category);
        }
        return frame.argumentIs(3, "MODULE") ? command -> false : null;
    }

    private static void details(List<Command> commands, Protocol protocol, ByteBuf out) {
        RespWriter.array(out, commands.size());
        for (Command command : commands) {
            detail(command, protocol, out);
        }
    }

    private static void detail(Command command, Protocol protocol, ByteBuf out) {
        CommandLine line = command.line();
        RespWriter.array(out, 10);
        RespWriter.bulk(out, command.name());
        RespWriter.integer(out, command.arity());
        RespWriter.set(out, protocol, command.flags().size());
        for (CommandFlag flag : command.flags()) {
            RespWriter.simple(out, flag.wireName());
        }
        RespWriter.integer(out, line.firstKey());
        RespWriter.integer(out, line.lastKey());
        RespWriter.integer(out, line.step());
        RespWriter.set(out, protocol, command.categories().size());
        for (String category : command.categories()) {
            RespWriter.simple(out, "@" + category);
        }
        RespWriter.set(out, protocol, command.tips().size());
        for (String tip : command.tips()) {
            RespWriter.bulk(out, tip);
        }
        RespWriter.set(out, protocol, line.keySpecs().size());
        for (KeySpec spec : line.keySpecs()) {
            keySpec(spec, protocol, out);
        }
        if (command.isContainer()) {
            details(command.subcommands(), protocol, out);
        } else {
            RespWriter.set(out, protocol, 0);
        }
    }

    private static void keySpec(KeySpec spec, Protocol protocol, ByteBuf out) {
        RespWriter.map(out, protocol, 3);
        RespWriter.bulk(out, "flags");
        keyFlags(spec.flags(), protocol, out);
        RespWriter.bulk(out, "begin_search");
        begin(spec.begin(), protocol, out);
        RespWriter.bulk(out, "find_keys");
        find(spec.find(), protocol, out);
    }

    private static void begin(KeySpec.Begin begin, Protocol protocol, ByteBuf out) {
        switch (begin.kind()) {
            case INDEX -> {
                type("index", 1, protocol, out);
                number("index", begin.position(), out);
            }
            case KEYWORD -> {
                type("keyword", 2, protocol, out);
                RespWriter.bulk(out, "keyword");
                RespWriter.bulk(out, begin.keyword());
                number("startfrom", begin.position(), out);
            }
            case UNKNOWN -> type("unknown", 0, protocol, out);
        }
    }

    private static void find(KeySpec.Find find, Protocol protocol, ByteBuf out) {
        switch (find.kind()) {
            case RANGE -> {
                type("range", 3, protocol, out);
                number("lastkey", find.last(), out);
                number("keystep", find.step(), out);
                number("limit", find.limit(), out);
            }
            case KEYNUM -> {
                type("keynum", 3, protocol, out);
                number("keynumidx", find.last(), out);
                number("firstkey", find.first(), out);
                number("keystep", find.step(), out);
            }
            case UNKNOWN -> type("unknown", 0, protocol, out);
        }
    }

    private static void type(String name, int fields, Protocol protocol, ByteBuf out) {
        RespWriter.map(out, protocol, 2);
        RespWriter.bulk(out, "type");
        RespWriter.bulk(out, name);
        RespWriter.bulk(out, "spec");
        RespWriter.map(out, protocol, fields);
    }

    private static void number(String name, int value, ByteBuf out) {
        RespWriter.bulk(out, name);
        RespWriter.integer(out, value);
    }

    private static void keyFlags(Collection<KeyFlag> flags, Protocol protocol, ByteBuf out) {
        RespWriter.set(out, protocol, flags.size());
        flags.stream().sorted(Comparator.naturalOrder()).forEach(flag -> RespWriter.simple(out, flag.wireName()));
    }
}
