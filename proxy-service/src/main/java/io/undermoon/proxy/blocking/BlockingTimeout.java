package io.undermoon.proxy.blocking;

import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.frame.CommandBuilder;
import io.undermoon.proxy.frame.CommandFrame;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.concurrent.TimeUnit;

/** The timeout among the arguments of a command that blocks. */
final class BlockingTimeout {
    private static final int NONE = 0;

    private BlockingTimeout() {}

    /**
     * A copy of the command with the rest of its time. No limit stays no limit, and at least a millisecond is left, or
     * two for a time in seconds: zero would mean no limit, and servers before Redis 7.0 take 0.001 for zero.
     */
    static CommandFrame rest(Command command, CommandFrame frame, long elapsedNanos) {
        int place = elapsedNanos == 0 ? NONE : place(command, frame);
        CommandBuilder copy = new CommandBuilder(frame.argumentCount());
        for (int i = 0; i < frame.argumentCount(); i++) {
            if (i == place) {
                copy.add(rest(frame.argument(i), isInMillis(command), elapsedNanos));
            } else {
                copy.add(frame, i);
            }
        }
        return copy.build();
    }

    private static String rest(String timeout, boolean inMillis, long elapsedNanos) {
        BigDecimal limit;
        try {
            limit = new BigDecimal(timeout);
        } catch (NumberFormatException e) {
            // Redis reads more notations than Java, such as 0x1p3; waiting the whole time again does no harm.
            return timeout;
        }
        if (limit.signum() <= 0) {
            return timeout;
        }
        long elapsedMillis = TimeUnit.NANOSECONDS.toMillis(elapsedNanos);
        BigDecimal elapsed = BigDecimal.valueOf(elapsedMillis, inMillis ? 0 : 3);
        BigDecimal least = inMillis ? BigDecimal.ONE : BigDecimal.valueOf(2, 3);
        return limit.subtract(elapsed)
                .max(least)
                .setScale(inMillis ? 0 : 3, RoundingMode.CEILING)
                .toPlainString();
    }

    private static boolean isInMillis(Command command) {
        return switch (command.name()) {
            case "xread", "xreadgroup", "wait", "waitaof" -> true;
            default -> false;
        };
    }

    /** The argument with the timeout, or {@link #NONE}. */
    private static int place(Command command, CommandFrame frame) {
        return switch (command.name()) {
            case "blmpop", "bzmpop" -> 1;
            case "xread", "xreadgroup" -> afterBlock(frame);
            case "blpop", "brpop", "bzpopmin", "bzpopmax", "brpoplpush", "blmove", "wait", "waitaof" ->
                frame.argumentCount() - 1;
            default -> NONE;
        };
    }

    private static int afterBlock(CommandFrame frame) {
        for (int i = 1; i < frame.argumentCount() - 1; i++) {
            if (frame.argumentIs(i, "GROUP")) {
                i += 2;
            } else if (frame.argumentIs(i, "BLOCK")) {
                return i + 1;
            }
        }
        return NONE;
    }
}
