package io.undermoon.dev.bench.migration;

import io.netty.buffer.ByteBuf;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.Slot;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/** Keys of a fixed length in the slots of the first node. They are numbers, kept as such. */
final class KeySet {
    private static final int DIGITS = 12;
    private static final byte[] PREFIX = "key:".getBytes(StandardCharsets.US_ASCII);
    static final int KEY_BYTES = DIGITS + 4;

    private final int[] numbers;
    private final int moving;

    KeySet(int size) {
        numbers = new int[size];
        byte[] key = new byte[KEY_BYTES];
        int moved = 0;
        int candidate = 0;
        for (int i = 0; i < size; candidate++) {
            int slot = Slot.of(key(candidate, key));
            if (MovingPair.SLOTS.contains(slot)) {
                numbers[i++] = candidate;
                moved += MovingPair.MOVING.contains(slot) ? 1 : 0;
            }
        }
        moving = moved;
    }

    int size() {
        return numbers.length;
    }

    /** How many are in slots that move. */
    int moving() {
        return moving;
    }

    /** The key with this index, written into {@code into}, which is returned. */
    byte[] get(int index, byte[] into) {
        return key(numbers[index], into);
    }

    byte[] any(SplittableRandom random, byte[] into) {
        return get(random.nextInt(numbers.length), into);
    }

    private static byte[] key(int number, byte[] into) {
        System.arraycopy(PREFIX, 0, into, 0, PREFIX.length);
        int rest = number;
        for (int i = KEY_BYTES - 1; i >= PREFIX.length; i--) {
            into[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return into;
    }

    /** {@code SET key value}. */
    static void set(ByteBuf out, byte[] key, byte[] value) {
        RespWriter.array(out, 3);
        RespWriter.bulk(out, "SET");
        RespWriter.bulk(out, key);
        RespWriter.bulk(out, value);
    }
}
