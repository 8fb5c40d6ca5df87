package io.undermoon.proxy.compression;

import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.frame.CommandFrame;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The {@link ValueUse} of commands. Every command on strings, bitmaps and HyperLogLogs is listed, which a test checks;
 * other commands do not use values of strings. Scripts see the stored form, as with the original Undermoon.
 */
final class ValueCommands {
    private static final String READ = """
            get getdel getex mget
            """;

    private static final String WRITE = """
            mset msetex msetnx psetex setex setnx
            """;

    private static final String READ_AND_WRITE = """
            getset set
            """;

    private static final String BYTES = """
            append bitcount bitfield bitfield_ro bitop bitpos delex delifeq digest getbit getrange lcs setbit setrange
            strlen substr
            """;

    private static final String NONE = """
            decr decrby incr incrby incrbyfloat pfadd pfcount pfdebug pfmerge pfselftest
            """;

    /** Options of {@code SET} that compare with the present value. */
    private static final List<String> COMPARING = List.of("IFEQ", "IFNE", "IFDEQ", "IFDNE");

    private static final Set<String> SORTS = Set.of("sort", "sort_ro");

    private final ValueUse[] uses;

    ValueCommands(CommandTable commands) {
        Map<String, ValueUse> byName = byName();
        uses = new ValueUse[commands.idLimit()];
        Arrays.fill(uses, ValueUse.NONE);
        Arrays.fill(uses, ValueUse.NONE);
        commands.all().forEach(command -> uses[command.id()] = byName.getOrDefault(command.name(), ValueUse.NONE));
    }

    /** The uses that are listed. */
    static Map<String, ValueUse> byName() {
        Map<String, ValueUse> byName = new HashMap<>();
        list(byName, READ, ValueUse.READ);
        list(byName, WRITE, ValueUse.WRITE);
        list(byName, READ_AND_WRITE, ValueUse.READ_AND_WRITE);
        list(byName, BYTES, ValueUse.BYTES);
        list(byName, NONE, ValueUse.NONE);
        return byName;
    }

    private static void list(Map<String, ValueUse> byName, String names, ValueUse use) {
        for (String name : names.strip().split("\\s+", -1)) {
            byName.put(name, use);
        }
    }

    ValueUse use(Command command) {
        return uses[command.id()];
    }

    /** Whether the command with its arguments works on the bytes of values. */
    boolean needsBytes(Command command, CommandFrame frame) {
        if (use(command) == ValueUse.BYTES) {
            return true;
        }
        boolean isSort = SORTS.contains(command.name());
        for (int i = isSort ? 2 : 3; (isSort || command.name().equals("set")) && i < frame.argumentCount(); i++) {
            int argument = i;
            if (isSort
                    ? readsOthers(frame, i)
                    : COMPARING.stream().anyMatch(word -> frame.argumentIs(argument, word))) {
                return true;
            }
        }
        return false;
    }

    /** {@code GET <pattern>} and {@code BY <pattern>} of {@code SORT} take values of other keys. */
    private static boolean readsOthers(CommandFrame frame, int argument) {
        boolean isPattern = frame.argumentIs(argument, "GET") || frame.argumentIs(argument, "BY");
        return isPattern
                && argument + 1 < frame.argumentCount()
                && frame.argument(argument + 1).indexOf('*') >= 0;
    }

    /** The arguments that are values: {@code first}, {@code first + step} and so on, before {@code end}. */
    record Places(int first, int step, int end) {}

    /** The positions of the values in a command that writes. */
    static Places places(Command command, CommandFrame frame) {
        int count = frame.argumentCount();
        return switch (command.name()) {
            case "mset", "msetnx" -> new Places(2, 2, count);
            case "msetex" -> new Places(3, 2, Math.min(count, 2 + 2 * pairs(frame)));
            case "setex", "psetex" -> new Places(3, 1, Math.min(count, 4));
            default -> new Places(2, 1, Math.min(count, 3));
        };
    }

    private static int pairs(CommandFrame frame) {
        try {
            return Math.max(0, Math.min(Integer.parseInt(frame.argument(1)), frame.argumentCount()));
        } catch (NumberFormatException e) {
            // Redis will refuse it.
            return 0;
        }
    }
}
