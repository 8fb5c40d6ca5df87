package io.undermoon.proxy.migration.copy;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * An insertion-ordered set of keys without an object for each. Owned by the migration event loop.
 *
 * <p>It may hold hundreds of thousands of keys for a minute. As objects they would prolong every garbage collection,
 * for which clients wait. So the keys are stored in one array, and a second one is a hash table of their positions.
 *
 * <pre>
 * log:   | length | bytes | -length - 1 | bytes | length | bytes |     a negative length: removed
 *          first                                           end
 * table: position of an entry + 1, or 0 for none. Linear probing; removed entries keep their places.
 * </pre>
 */
final class CompactKeySet {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final int HEAD = Integer.BYTES;
    private static final int MIN_LOG_BYTES = 1 << 12;
    private static final int MIN_TABLE_ENTRIES = 1 << 8;

    /** Random, so that a client cannot choose keys that all collide. */
    private final long seed = ThreadLocalRandom.current().nextLong();

    private final int largeBytes;

    private byte[] log = new byte[MIN_LOG_BYTES];
    private int[] table = new int[MIN_TABLE_ENTRIES];
    private int first;
    private int end;

    /** Entries of the table, including removed ones. */
    private int entries;

    private int size;

    /** @param largeBytes what the keys of a set that is not large take at most */
    CompactKeySet(int largeBytes) {
        this.largeBytes = largeBytes;
    }

    /** Adds a key at the end unless the set contains it. */
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

    boolean contains(byte[] key) {
        return size > 0 && find(key) >= 0;
    }

    boolean remove(byte[] key) {
        int at = size == 0 ? -1 : find(key);
        if (at >= 0) {
            removeEntry(at);
        }
        return at >= 0;
    }

    /** Removes and returns the first key. The set must not be empty. */
    byte[] take() {
        while (length(first) < 0) {
            first += HEAD - length(first) - 1;
        }
        int from = first + HEAD;
        byte[] key = Arrays.copyOfRange(log, from, from + length(first));
        removeEntry(first);
        first = from + key.length;
        return key;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Whether the keys take more memory than they should. */
    boolean isLarge() {
        return end - first > largeBytes;
    }

    private void removeEntry(int at) {
        // The length is not only negated, so that an empty key can be removed, too.
        setLength(at, -length(at) - 1);
        size--;
    }

    /** The position of a key's entry; negative if there is none. */
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

    /** Drops removed entries and resizes for twice the live bytes, of which {@code more} are about to be added. */
    private void rebuild(int more) {
        byte[] old = log;
        int from = first;
        int to = end;
        long live = more;
        for (int at = from; at < to; at += HEAD + Math.max(length(old, at), -length(old, at) - 1)) {
            live += length(old, at) < 0 ? 0 : HEAD + length(old, at);
        }
        log = new byte[(int) Math.min(Integer.MAX_VALUE - 8, Math.max(MIN_LOG_BYTES, 2 * live))];
        table = new int[Math.max(MIN_TABLE_ENTRIES, Integer.highestOneBit(size + 1) * 8)];
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
