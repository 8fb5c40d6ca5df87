package io.undermoon.umctl;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.undermoon.metadata.TaggedSlots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The progress of a migration at one of its two proxies: one element of the reply to {@code UMCTL MIGRATIONS}. On the
 * wire it is an array of names and values; readers ignore unknown names and read missing numbers as 0.
 *
 * @param task the moving slots with their tag, in the form of {@code UMCTL SETCLUSTER}
 * @param keysTotal the number of keys to copy, an estimate; 0 while unknown
 * @param keysDirty the number of keys that changed after their copy and wait to be copied again
 * @param longestHoldUs the longest time for which all commands were held to switch the slots, in microseconds
 * @param writersHeldUs the sum of the times for which commands that write were held so that copying catches up with
 *     them, in microseconds
 * @param error why the last attempt failed; empty if none failed
 */
public record MigrationProgress(
        TaggedSlots task,
        Side side,
        State state,
        long keysScanned,
        long keysTotal,
        long keysCopied,
        long bytesCopied,
        long keysDirty,
        long elapsedMs,
        long keysPerSecond,
        long bytesPerSecond,
        long attempts,
        long longestHoldUs,
        long writersHeldUs,
        String error) {

    /** The proxy that reports. */
    public enum Side {
        @JsonProperty("source")
        SOURCE,
        @JsonProperty("destination")
        DESTINATION
    }

    /** The phase of the migration. */
    public enum State {
        @JsonProperty("checking")
        CHECKING,
        @JsonProperty("preparing")
        PREPARING,
        @JsonProperty("copying")
        COPYING,
        @JsonProperty("holding")
        HOLDING,
        @JsonProperty("switching")
        SWITCHING,
        @JsonProperty("switched")
        SWITCHED,
        @JsonProperty("aborted")
        ABORTED,
        /** The destination waits for the switch. */
        @JsonProperty("importing")
        IMPORTING,
        /** The destination has taken the slots over. */
        @JsonProperty("owned")
        OWNED
    }

    public MigrationProgress {
        requireNonNull(task, "task");
        requireNonNull(side, "side");
        requireNonNull(state, "state");
        requireNonNull(error, "error");
        if (task.isStable()) {
            throw new IllegalArgumentException("slots " + task.rangeList() + " do not move");
        }
    }

    public MigrationProgress withError(String newError) {
        return new MigrationProgress(
                task,
                side,
                state,
                keysScanned,
                keysTotal,
                keysCopied,
                bytesCopied,
                keysDirty,
                elapsedMs,
                keysPerSecond,
                bytesPerSecond,
                attempts,
                longestHoldUs,
                writersHeldUs,
                newError);
    }

    /** The names and values, alternating. */
    public List<String> toReply() {
        List<String> words = new ArrayList<>();
        SlotText.print(task, words);
        List<String> out = new ArrayList<>(List.of("task", String.join(" ", words)));
        out.addAll(List.of("side", wireName(side), "state", wireName(state)));
        add(out, "keys_scanned", keysScanned);
        add(out, "keys_total", keysTotal);
        add(out, "keys_copied", keysCopied);
        add(out, "bytes_copied", bytesCopied);
        add(out, "keys_dirty", keysDirty);
        add(out, "elapsed_ms", elapsedMs);
        add(out, "keys_per_second", keysPerSecond);
        add(out, "bytes_per_second", bytesPerSecond);
        add(out, "attempts", attempts);
        add(out, "longest_hold_us", longestHoldUs);
        add(out, "writers_held_us", writersHeldUs);
        out.addAll(List.of("error", error));
        return out;
    }

    /**
     * Reads names and values.
     *
     * @throws UmctlSyntaxException if task, side or state are missing, or the value of a known name cannot be read
     */
    public static MigrationProgress parse(List<String> reply) {
        if (reply.size() % 2 != 0) {
            throw new UmctlSyntaxException("a migration is names and values, but has " + reply.size() + " elements");
        }
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i < reply.size(); i += 2) {
            fields.put(reply.get(i).toLowerCase(Locale.ROOT), reply.get(i + 1));
        }
        return new MigrationProgress(
                task(text(fields, "task")),
                constant(Side.class, text(fields, "side")),
                constant(State.class, text(fields, "state")),
                number(fields, "keys_scanned"),
                number(fields, "keys_total"),
                number(fields, "keys_copied"),
                number(fields, "bytes_copied"),
                number(fields, "keys_dirty"),
                number(fields, "elapsed_ms"),
                number(fields, "keys_per_second"),
                number(fields, "bytes_per_second"),
                number(fields, "attempts"),
                number(fields, "longest_hold_us"),
                number(fields, "writers_held_us"),
                fields.getOrDefault("error", ""));
    }

    private static TaggedSlots task(String text) {
        Arguments in = new Arguments(List.of(text.split(" ", -1)));
        TaggedSlots slots = SlotText.parse(in);
        if (slots.isStable() || in.hasNext()) {
            throw new UmctlSyntaxException("task '" + text + "' is not 'MIGRATING|IMPORTING <slots> <meta>'");
        }
        return slots;
    }

    private static String text(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new UmctlSyntaxException("missing " + name);
        }
        return value;
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String text) {
        try {
            return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new UmctlSyntaxException("'" + text + "' is no " + type.getSimpleName() + " of a migration", e);
        }
    }

    private static long number(Map<String, String> fields, String name) {
        String text = fields.getOrDefault(name, "0");
        try {
            long number = Long.parseLong(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below, together with negative numbers.
        }
        throw new UmctlSyntaxException(name + " '" + text + "' is not a whole number of at least 0");
    }

    private static void add(List<String> out, String name, long value) {
        out.add(name);
        out.add(Long.toString(value));
    }

    private static String wireName(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
