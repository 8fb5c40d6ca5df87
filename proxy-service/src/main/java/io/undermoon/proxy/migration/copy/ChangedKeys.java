package io.undermoon.proxy.migration.copy;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Keys that have changed and were not copied since, each once, in the order in which they changed first. Owned by the migration event loop.
 *
 * <p>There may be hundreds of thousands for a minute. As objects they would make every collection of garbage long, and clients
 * wait for it; so they stand one after the other in one array, and another is a hash table of where they begin.
 *
 * <pre>
 * log:   | length | bytes | -length | bytes | length | bytes |     a negative length: taken out since
 *          first                                       end
 * table: where an entry begins, + 1; 0 for none. Linear probing; entries that were taken out keep their places.
 * </pre>
 */
final class ChangedKeys {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final int HEAD = Integer.BYTES;
    private static final int LEAST_LOG = 1 << 12;
    private static final int LEAST_TABLE = 1 << 8;
    private static final int LARGE_BYTES = 16 << 20;

    /** Nobody can choose keys that all fall on one place. */
    private final long seed = ThreadLocalRandom.current().nextLong();

    private byte[] log = new byte[LEAST_LOG];
    private int[] table = new int[LEAST_TABLE];
    private int first;
    private int end;

    /** Entries of the table, with those that were taken out. */
    private int entries;

    private int size;

    /** There may be an entry for it already. */
    void add(byte[] key) {
        if (find(key) >= 0) {
            return;
        }
        long needed = (long) end + HEAD + key.length;
        if (needed > log.length || (entries + 1) * 2 > table.length) {
            rebuild(HEAD + key.length);
        }
        append(key, 0, key.length);
        size++;
    }

    void remove(byte[] key) {
        int at = size == 0 ? -1 : find(key);
        if (at >= 0) {
            takeOut(at);
        }
    }

    /** Takes out the one that has been there longest. There has to be one. */
    byte[] take() {
        while (length(first) < 0) {
            first += HEAD - length(first) - 1;
        }
        int from = first + HEAD;
        byte[] key = Arrays.copyOfRange(log, from, from + length(first));
        takeOut(first);
        first = from + key.length;
        return key;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Whether they take much memory. */
    boolean isLarge() {
        return end - first > LARGE_BYTES;
    }

    private void takeOut(int at) {
        // So that a key of no bytes can be taken out, too.
        setLength(at, -length(at) - 1);
        size--;
    }

    /** Where the entry of a key begins; negative if there is none. */
    private int find(byte[] key) {
        int mask = table.length - 1;
        for (int i = hash(key, 0, key.length) & mask; table[i] != 0; i = (i + 1) & mask) {
            int at = table[i] - 1;
            if (length(at) == key.length && Arrays.equals(log, at + HEAD, at + HEAD + key.length, key, 0, key.length)) {
                return at;
            }
        }
        return -1;
    }

    private void append(byte[] from, int at, int length) {
        setLength(end, length);
        System.arraycopy(from, at, log, end + HEAD, length);
        int mask = table.length - 1;
        int i = hash(from, at, length) & mask;
        while (table[i] != 0) {
            i = (i + 1) & mask;
        }
        table[i] = end + 1;
        entries++;
        end += HEAD + length;
    }

    /** Leaves out what was taken out, and makes room for twice what there is. */
    private void rebuild(int more) {
        byte[] old = log;
        int from = first;
        int to = end;
        long live = more;
        for (int at = from; at < to; at += HEAD + Math.max(length(old, at), -length(old, at) - 1)) {
            live += length(old, at) < 0 ? 0 : HEAD + length(old, at);
        }
        log = new byte[(int) Math.min(Integer.MAX_VALUE - 8, Math.max(LEAST_LOG, 2 * live))];
        table = new int[Math.max(LEAST_TABLE, Integer.highestOneBit(size + 1) * 8)];
        first = 0;
        end = 0;
        entries = 0;
        for (int at = from; at < to; at += HEAD + Math.max(length(old, at), -length(old, at) - 1)) {
            if (length(old, at) >= 0) {
                append(old, at + HEAD, length(old, at));
            }
        }
    }

    private int hash(byte[] bytes, int from, int length) {
        long hash = seed;
        for (int i = from; i < from + length; i++) {
            hash = (hash ^ bytes[i]) * 0x9E3779B97F4A7C15L;
        }
        return (int) (hash >>> 32);
    }

    private int length(int at) {
        return length(log, at);
    }

    private static int length(byte[] log, int at) {
        return (int) INT.get(log, at);
    }

    private void setLength(int at, int length) {
        INT.set(log, at, length);
    }
}
