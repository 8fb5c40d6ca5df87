package io.undermoon.dev.imports.verify;

import io.undermoon.dev.imports.destination.Target;
import io.undermoon.dev.imports.source.KeyScan;
import io.undermoon.dev.imports.source.KeyState;
import io.undermoon.dev.imports.source.SourceLayout;
import io.undermoon.dev.imports.source.SourceReader;
import io.undermoon.dev.imports.wire.Access;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.dev.imports.wire.SlotOwners;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Compares keys of the source with those of the destination, both ways: types, values and expiry times. A key that
 * differs is looked at again some times, as it may be on its way.
 */
public final class Verifier {
    private static final int LOOKS = 4;
    private static final long BETWEEN_MILLIS = 500;

    /** The version and the checksum at the end of a serialized value. */
    private static final int FOOTER_BYTES = 10;

    private static final int PART = 256;

    private final VerifyPlan plan;
    private final Consumer<String> out;
    private final TreeMap<Integer, Long> comparedBySlot = new TreeMap<>();
    private final List<Difference> differences = new ArrayList<>();
    private long compared;

    public Verifier(VerifyPlan plan, Consumer<String> out) {
        this.plan = plan;
        this.out = out;
    }

    /** What is different; nothing if all is equal. */
    public List<Difference> run() throws IOException, InterruptedException {
        SlotOwners source =
                SourceLayout.discover(plan.from(), plan.fromAccess()).readers();
        SlotOwners destination = Target.discover(plan.to(), plan.toAccess()).owners();
        try (SourceReader from = new SourceReader(source, plan.fromAccess(), plan.database());
                SourceReader to = new SourceReader(destination, plan.toAccess(), 0)) {
            for (HostPort server : source.all()) {
                scan(server, plan.fromAccess(), plan.database(), keys -> compare(keys, from, to));
            }
            if (plan.surplus()) {
                for (HostPort server : destination.all()) {
                    scan(server, plan.toAccess(), 0, keys -> compare(absent(keys, from), from, to));
                }
            }
        }
        return List.copyOf(differences);
    }

    /** How many keys of the source were compared. */
    public long compared() {
        return compared;
    }

    /** The number of slots that had keys to compare. */
    public int slots() {
        return comparedBySlot.size();
    }

    private interface Part {
        void take(List<byte[]> keys) throws IOException, InterruptedException;
    }

    private void scan(HostPort server, Access access, int database, Part part)
            throws IOException, InterruptedException {
        try (RedisConnection connection = RedisConnection.open(server, access)) {
            if (database != 0) {
                connection.demand("SELECT", database);
            }
            KeyScan scan = new KeyScan(connection);
            List<byte[]> waiting = new ArrayList<>();
            long shown = System.nanoTime();
            while (scan.hasNext()) {
                scan.next().stream().filter(plan::wants).forEach(waiting::add);
                while (waiting.size() >= PART || !scan.hasNext() && !waiting.isEmpty()) {
                    List<byte[]> keys = waiting.subList(0, Math.min(PART, waiting.size()));
                    part.take(List.copyOf(keys));
                    keys.clear();
                }
                if (System.nanoTime() - shown > 2_000_000_000L) {
                    shown = System.nanoTime();
                    out.accept(compared + " keys compared, " + differences.size() + " differ");
                }
            }
        }
    }

    private static List<byte[]> absent(List<byte[]> keys, SourceReader from) throws IOException {
        List<Boolean> there = from.exist(keys);
        List<byte[]> absent = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            if (!there.get(i)) {
                absent.add(keys.get(i));
            }
        }
        return absent;
    }

    private void compare(List<byte[]> keys, SourceReader from, SourceReader to)
            throws IOException, InterruptedException {
        List<Difference> found = differences(keys, from, to);
        for (int look = 1; look < LOOKS && !found.isEmpty(); look++) {
            Thread.sleep(BETWEEN_MILLIS);
            found = differences(found.stream().map(Difference::key).toList(), from, to);
        }
        for (Difference difference : found) {
            differences.add(difference);
        }
        compared += keys.size();
        keys.forEach(key -> comparedBySlot.merge(io.undermoon.slot.Slot.of(key), 1L, Long::sum));
    }

    private List<Difference> differences(List<byte[]> keys, SourceReader from, SourceReader to) throws IOException {
        if (keys.isEmpty()) {
            return List.of();
        }
        List<KeyState> expected = from.read(keys);
        List<KeyState> present = to.read(keys);
        List<Difference> found = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            String what = difference(keys.get(i), expected.get(i), present.get(i), from, to);
            if (!what.isEmpty()) {
                found.add(new Difference(keys.get(i), what));
            }
        }
        return found;
    }

    /** Empty where there is none. */
    private String difference(byte[] key, KeyState expected, KeyState present, SourceReader from, SourceReader to)
            throws IOException {
        byte[] one = expected.dump();
        byte[] other = present.dump();
        if (one == null || other == null) {
            return one == other ? "" : one == null ? "only the destination has it" : "the destination does not have it";
        }
        boolean both = expected.expiresMillis() != 0 && present.expiresMillis() != 0;
        if ((expected.expiresMillis() != 0) != (present.expiresMillis() != 0)
                || both
                        && Math.abs(expected.expiresMillis() - present.expiresMillis())
                                > plan.expiryToleranceMillis()) {
            return "expires at " + time(expected) + " in the source and at " + time(present) + " in the destination";
        }
        if (Arrays.equals(one, 0, one.length - FOOTER_BYTES, other, 0, other.length - FOOTER_BYTES)) {
            return "";
        }
        // Equal values may be stored in different ways.
        ValueReader.Content a = ValueReader.read(from, key);
        ValueReader.Content b = ValueReader.read(to, key);
        if (!a.type().equals(b.type())) {
            return "is a " + a.type() + " in the source and a " + b.type() + " in the destination";
        }
        return a.isComparable() && a.equals(b) ? "" : "the values differ (" + a.type() + ")";
    }

    private static String time(KeyState state) {
        return state.expiresMillis() == 0 ? "no time" : String.valueOf(state.expiresMillis());
    }
}
