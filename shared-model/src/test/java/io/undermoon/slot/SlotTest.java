package io.undermoon.slot;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SlotTest {
    /** CRC16-XMODEM of the digits 1 to 9, the check value of the catalogues. */
    private static final int CHECK_VALUE = 0x31c3;

    @Test
    void known_slots() {
        assertThat(Slot.of("123456789")).isEqualTo(CHECK_VALUE);
        assertThat(Slot.of("a")).isEqualTo(15495);
        assertThat(Slot.of("b")).isEqualTo(3300);
        assertThat(Slot.of("foo")).isEqualTo(12182);
        assertThat(Slot.of("")).isZero();
    }

    @Test
    void the_tag_is_what_stands_in_the_first_braces() {
        assertThat(Slot.of("{user1000}.following")).isEqualTo(Slot.of("user1000"));
        assertThat(Slot.of("foo{{bar}}zap")).isEqualTo(Slot.of("{bar"));
        assertThat(Slot.of("foo{bar}{zap}")).isEqualTo(Slot.of("bar"));
        assertThat(Slot.of("}{a}")).isEqualTo(Slot.of("a"));
    }

    @Test
    void without_a_tag_the_whole_key_counts() {
        for (String key : new String[] {"foo{}{bar}", "foo{bar", "foo}bar", "foo}{bar", "{}", "{", "}", "{}a"}) {
            assertThat(Slot.of(key)).as(key).isEqualTo(naive(key.getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void the_three_forms_agree_with_each_other_and_with_the_definition() {
        for (long seed = 0; seed < 2000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] key = new byte[random.nextInt(24)];
            for (int i = 0; i < key.length; i++) {
                key[i] = random.nextInt(3) == 0 ? (byte) "{}".charAt(random.nextInt(2)) : (byte) random.nextInt(256);
            }
            int before = random.nextInt(5);
            ByteBuf buffer = Unpooled.buffer();
            buffer.writeBytes("{}x{}".getBytes(StandardCharsets.US_ASCII), 0, before);
            buffer.writeBytes(key).writeByte('}');
            assertThat(Slot.of(key)).as("seed %d", seed).isEqualTo(tagged(key));
            assertThat(Slot.of(buffer, before, key.length)).as("seed %d", seed).isEqualTo(tagged(key));
            assertThat(buffer.readerIndex()).isZero();
        }
    }

    private static int tagged(byte[] key) {
        String text = new String(key, StandardCharsets.ISO_8859_1);
        int open = text.indexOf('{');
        int close = open < 0 ? -1 : text.indexOf('}', open);
        String tag = close > open + 1 ? text.substring(open + 1, close) : text;
        return naive(tag.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The definition, bit by bit. */
    private static int naive(byte[] bytes) {
        int crc = 0;
        for (byte b : bytes) {
            for (int bit = 7; bit >= 0; bit--) {
                int top = (crc >> 15 & 1) ^ (b >> bit & 1);
                crc = (crc << 1 & 0xffff) ^ (top == 1 ? 0x1021 : 0);
            }
        }
        return crc % Slot.COUNT;
    }
}
