package io.undermoon.proxy.usage;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The keys with the largest sums of what is added to them, in bounded memory: the Filtered Space-Saving sketch of Homem
 * and Carvalho with weights. What is added for keys that are not remembered is summed up by a part of their hash. When
 * such a sum reaches the smallest one remembered, its key takes the place of that and begins with it, so that a sum is
 * never too small; by how much it may be too large is remembered, too. Most keys that are used once therefore change
 * one number. Owned by one loop. Adding allocates nothing, unless a key is longer than all that had its place before.
 */
final class TopKeys {
    /** How many keys are remembered; some dozens are asked for. */
    static final int CAPACITY = 512;

    /** Longer keys are not remembered. */
    static final int MAX_KEY_BYTES = 4096;

    private static final int TABLE_SIZE = 4 * CAPACITY;
    private static final int MASK = TABLE_SIZE - 1;
    private static final int FREE = -1;
    private static final int FILTER_MASK = 16 * CAPACITY - 1;
    private static final int INITIAL_KEY_BYTES = 64;
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[][] keys = new byte[CAPACITY][];
    private final int[] lengths = new int[CAPACITY];
    private final long[] hashes = new long[CAPACITY];
    private final long[] sums = new long[CAPACITY];
    private final long[] excesses = new long[CAPACITY];

    /** Open addressing with linear probing: the place of a key by its hash. */
    private final int[] table = new int[TABLE_SIZE];

    /** What has been added for keys without a place, by a part of their hash. */
    private final long[] filter = new long[FILTER_MASK + 1];

    /** The places as a heap with the smallest sum on top, and where each place stands in it. */
    private final int[] heap = new int[CAPACITY];

    private final int[] positions = new int[CAPACITY];
    private int size;

    TopKeys() {
        Arrays.fill(table, FREE);
    }

    /**
     * A key and what it has.
     *
     * @param amount at least this has been added for it
     */
    record Entry(byte[] key, long amount) {}

    /** Adds an amount for the key in {@code bytes[from, from + length)}. */
    void add(byte[] bytes, int from, int length, long amount) {
        if (length > MAX_KEY_BYTES) {
            return;
        }
        long hash = hash(bytes, from, length);
        int at = find(hash, bytes, from, length);
        int place = table[at];
        if (place != FREE) {
            sums[place] += amount;
            siftDown(positions[place]);
        } else if (size < CAPACITY) {
            place = size;
            set(place, hash, bytes, from, length);
            table[at] = place;
            sums[place] = amount;
            excesses[place] = 0;
            heap[size] = place;
            positions[place] = size;
            siftUp(size++);
        } else {
            int cell = (int) hash & FILTER_MASK;
            long before = filter[cell];
            filter[cell] = before + amount;
            if (before + amount >= sums[heap[0]]) {
                replaceSmallest(hash, bytes, from, length, before, amount);
            }
        }
    }

    /**
     * Gives the place of the smallest sum to another key.
     *
     * @param excess what has been added before for keys that look like it
     */
    private void replaceSmallest(long hash, byte[] bytes, int from, int length, long excess, long amount) {
        int place = heap[0];
        remove(place);
        filter[(int) hashes[place] & FILTER_MASK] = sums[place];
        excesses[place] = excess;
        sums[place] = excess + amount;
        set(place, hash, bytes, from, length);
        table[find(hash, bytes, from, length)] = place;
        siftDown(0);
    }

    /** The keys with the largest amounts, largest first. */
    List<Entry> top(int count) {
        List<Entry> entries = new ArrayList<>();
        for (int place = 0; place < size; place++) {
            entries.add(new Entry(Arrays.copyOf(keys[place], lengths[place]), sums[place] - excesses[place]));
        }
        entries.sort(Comparator.comparingLong(Entry::amount).reversed());
        return entries.subList(0, Math.min(count, entries.size()));
    }

    private void set(int place, long hash, byte[] bytes, int from, int length) {
        byte[] key = keys[place];
        if (key == null || key.length < length) {
            key = new byte[Math.max(INITIAL_KEY_BYTES, length)];
            keys[place] = key;
        }
        System.arraycopy(bytes, from, key, 0, length);
        lengths[place] = length;
        hashes[place] = hash;
    }

    /** Where the key is in the table, or the free place at which it belongs. */
    private int find(long hash, byte[] bytes, int from, int length) {
        int at = (int) (hash >>> Integer.SIZE) & MASK;
        while (table[at] != FREE && !is(table[at], hash, bytes, from, length)) {
            at = at + 1 & MASK;
        }
        return at;
    }

    private boolean is(int place, long hash, byte[] bytes, int from, int length) {
        return hashes[place] == hash
                && lengths[place] == length
                && Arrays.equals(keys[place], 0, length, bytes, from, from + length);
    }

    /** Takes a place out of the table, and moves those up that would not be found any more. */
    private void remove(int place) {
        int hole = (int) (hashes[place] >>> Integer.SIZE) & MASK;
        while (table[hole] != place) {
            hole = hole + 1 & MASK;
        }
        int at = hole + 1 & MASK;
        while (table[at] != FREE) {
            int wanted = (int) (hashes[table[at]] >>> Integer.SIZE) & MASK;
            // It may go to the hole if that is not before where its search begins.
            if ((at - wanted & MASK) >= (at - hole & MASK)) {
                table[hole] = table[at];
                hole = at;
            }
            at = at + 1 & MASK;
        }
        table[hole] = FREE;
    }

    private void siftUp(int from) {
        int at = from;
        int place = heap[at];
        while (at > 0 && sums[heap[(at - 1) / 2]] > sums[place]) {
            move(heap[(at - 1) / 2], at);
            at = (at - 1) / 2;
        }
        move(place, at);
    }

    private void siftDown(int from) {
        int at = from;
        int place = heap[at];
        int child = smallerChild(at);
        while (child < size && sums[heap[child]] < sums[place]) {
            move(heap[child], at);
            at = child;
            child = smallerChild(at);
        }
        move(place, at);
    }

    /** {@link #size} or more if there is none. */
    private int smallerChild(int at) {
        int left = 2 * at + 1;
        return left + 1 < size && sums[heap[left + 1]] < sums[heap[left]] ? left + 1 : left;
    }

    private void move(int place, int at) {
        heap[at] = place;
        positions[place] = at;
    }

    private static long hash(byte[] bytes, int from, int length) {
        long hash = length;
        int at = from;
        int end = from + length;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            hash = mixed(hash ^ (long) LONGS.get(bytes, at));
        }
        long rest = 0;
        for (; at < end; at++) {
            rest = rest << Byte.SIZE | bytes[at] & 0xff;
        }
        return mixed(hash ^ rest);
    }

    private static long mixed(long bits) {
        long product = bits * MULTIPLIER;
        return (product ^ product >>> Integer.SIZE) * MULTIPLIER;
    }
}
