package io.undermoon.broker.data;

import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which commands the command line takes: those that have one reply, at once, and leave nothing behind on their
 * connection, which ends with the request. What remains is for the rules of the user to decide.
 */
final class TakenCommands {
    private static final String STATE = "it changes its connection, and here each command has one of its own";
    private static final String LOGIN = "name and password are given above the command line";
    private static final String STREAM = "its replies do not end; use redis-cli";
    private static final String WAITS = "it may wait, and here a reply has to come at once";
    private static final String WRITES = "it is about the writes of its own connection, which has none";
    private static final String CONTROL = "it is for coordinators and brokers; use the actions of the console";

    private static final Map<String, String> REFUSED = new HashMap<>();

    static {
        refuse(STATE, "MULTI EXEC DISCARD WATCH UNWATCH SELECT READONLY READWRITE ASKING RESET QUIT");
        refuse(STATE, "CLIENT|REPLY CLIENT|TRACKING CLIENT|CACHING");
        refuse(LOGIN, "AUTH HELLO");
        refuse(STREAM, "SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE MONITOR");
        refuse(STREAM, "SYNC PSYNC REPLCONF");
        refuse(WAITS, "BLPOP BRPOP BLMOVE BRPOPLPUSH BLMPOP BZPOPMIN BZPOPMAX BZMPOP");
        refuse(WRITES, "WAIT WAITAOF");
        refuse(CONTROL, "UMCTL UMFORWARD");
    }

    /** Commands whose second word says what they do. */
    private static final Set<String> CONTAINERS = Set.of(
            "ACL",
            "CLIENT",
            "CLUSTER",
            "COMMAND",
            "CONFIG",
            "DEBUG",
            "FUNCTION",
            "HOTKEYS",
            "LATENCY",
            "MEMORY",
            "MODULE",
            "OBJECT",
            "PUBSUB",
            "SCRIPT",
            "SLOWLOG",
            "XGROUP",
            "XINFO");

    private static final Pattern NAME = Pattern.compile("[A-Z][A-Z0-9._-]{0,31}");

    private TakenCommands() {}

    private static void refuse(String why, String names) {
        for (String name : names.split(" ")) {
            REFUSED.put(name, why);
        }
    }

    /**
     * The name of a command, with its second word where that says what it does. Nothing else of the command: arguments
     * are data.
     *
     * @throws UndermoonException if it is not taken
     */
    static String name(List<byte[]> command) {
        if (command.isEmpty()) {
            throw notTaken("the line is empty");
        }
        String first = word(command.get(0));
        if (!NAME.matcher(first).matches()) {
            throw notTaken("the line does not begin with the name of a command");
        }
        String second = command.size() > 1 && CONTAINERS.contains(first) ? word(command.get(1)) : "";
        String name = NAME.matcher(second).matches() ? first + "|" + second : first;
        String why = reason(first, name, command);
        if (why != null) {
            throw notTaken("the command line does not take " + name.replace('|', ' ') + ": " + why);
        }
        return name;
    }

    private static @Nullable String reason(String first, String name, List<byte[]> command) {
        boolean readsStreams = first.equals("XREAD") || first.equals("XREADGROUP");
        if (readsStreams && hasOption(command, "BLOCK", "STREAMS")) {
            return WAITS;
        }
        String why = REFUSED.get(first);
        return why == null ? REFUSED.get(name) : why;
    }

    private static boolean hasOption(List<byte[]> command, String option, String end) {
        for (byte[] argument : command) {
            String word = word(argument);
            if (word.equals(option) || word.equals(end)) {
                return word.equals(option);
            }
        }
        return false;
    }

    private static String word(byte[] argument) {
        return argument.length > 32 ? "" : new String(argument, StandardCharsets.UTF_8).toUpperCase(Locale.ROOT);
    }

    private static UndermoonException notTaken(String why) {
        return new UndermoonException(ErrorCode.COMMAND_NOT_TAKEN, why);
    }
}
