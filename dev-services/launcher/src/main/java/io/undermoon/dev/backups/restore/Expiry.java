package io.undermoon.dev.backups.restore;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Expiry times while a stream is replayed. A key that has expired since the backup still has to be there for the
 * commands that come after: one may give it another expiry time, or its value to another key. So all times are moved
 * into a far future first, and back when everything has been replayed. The master itself said by {@code DEL} which keys
 * had expired before which commands.
 */
final class Expiry {
    /** Some 140,000 years, in milliseconds: no time that anybody has given is as late. */
    static final long SHIFT = 1L << 52;

    private static final long LEAST_SHIFTED = 1L << 51;

    private Expiry() {}

    /** @param millis since 1970, 0 for never */
    static long shifted(long millis) {
        return millis == 0 ? 0 : millis + SHIFT;
    }

    static boolean isShifted(long millis) {
        return millis >= LEAST_SHIFTED;
    }

    static long back(long shiftedMillis) {
        return shiftedMillis - SHIFT;
    }

    /**
     * The same command with its expiry time moved.
     *
     * @param nowMillis for the times from now on that servers before Redis 7 send
     */
    static List<byte[]> moved(String name, List<byte[]> command, long nowMillis) {
        return switch (name) {
            case "pexpireat" -> expireAt(command, number(command, 2));
            case "expireat" -> expireAt(command, 1000 * number(command, 2));
            case "pexpire" -> expireAt(command, nowMillis + number(command, 2));
            case "expire" -> expireAt(command, nowMillis + 1000 * number(command, 2));
            case "setex" -> set(command, nowMillis + 1000 * number(command, 2), command.get(3));
            case "psetex" -> set(command, nowMillis + number(command, 2), command.get(3));
            case "set" -> set(command, nowMillis);
            case "restore", "restore-asking" -> restore(command, nowMillis);
            default -> command;
        };
    }

    private static List<byte[]> expireAt(List<byte[]> command, long millis) {
        return List.of(bytes("PEXPIREAT"), command.get(1), bytes(millis + SHIFT));
    }

    private static List<byte[]> set(List<byte[]> command, long millis, byte[] value) {
        return List.of(bytes("SET"), command.get(1), value, bytes("PXAT"), bytes(millis + SHIFT));
    }

    private static List<byte[]> set(List<byte[]> command, long nowMillis) {
        List<byte[]> moved = new ArrayList<>(command);
        for (int i = 3; i + 1 < command.size(); i++) {
            long at = switch (word(command, i)) {
                case "PXAT" -> number(command, i + 1);
                case "EXAT" -> 1000 * number(command, i + 1);
                case "PX" -> nowMillis + number(command, i + 1);
                case "EX" -> nowMillis + 1000 * number(command, i + 1);
                default -> -1;
            };
            if (at >= 0) {
                moved.set(i, bytes("PXAT"));
                moved.set(i + 1, bytes(at + SHIFT));
                i++;
            }
        }
        return moved;
    }

    private static List<byte[]> restore(List<byte[]> command, long nowMillis) {
        long time = number(command, 2);
        List<byte[]> moved = new ArrayList<>(command);
        moved.set(0, bytes("RESTORE"));
        if (time == 0) {
            return moved;
        }
        boolean absolute = false;
        for (int i = 4; i < command.size(); i++) {
            absolute |= word(command, i).equals("ABSTTL");
        }
        moved.set(2, bytes((absolute ? time : nowMillis + time) + SHIFT));
        if (!absolute) {
            moved.add(bytes("ABSTTL"));
        }
        return moved;
    }

    private static String word(List<byte[]> command, int index) {
        return new String(command.get(index), StandardCharsets.UTF_8).toUpperCase(Locale.ROOT);
    }

    private static long number(List<byte[]> command, int index) {
        return Long.parseLong(new String(command.get(index), StandardCharsets.US_ASCII));
    }

    private static byte[] bytes(Object text) {
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
