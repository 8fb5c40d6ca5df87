package io.undermoon.broker.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EscapedTextTest {
    @Test
    void leaves_what_can_be_read_as_it_is() {
        assertThat(EscapedText.of(bytes("order:7 {é} 日本 😀 \"quoted\""))).isEqualTo("order:7 {é} 日本 😀 \"quoted\"");
    }

    @Test
    void shows_other_bytes_and_what_looks_other_than_it_is() {
        assertThat(EscapedText.of(bytes("a\\b\n\r\t\0"))).isEqualTo("a\\\\b\\n\\r\\t\\x00");
        assertThat(EscapedText.of(new byte[] {(byte) 0xff, 'a', (byte) 0xc3}))
                .as("no UTF-8, and a character that is cut off")
                .isEqualTo("\\xffa\\xc3");
        assertThat(EscapedText.of(bytes("\u202egnp.exe")))
                .as("a change of the direction")
                .isEqualTo("\\xe2\\x80\\xaegnp.exe");
    }

    @Test
    void takes_a_backslash_that_begins_nothing_for_itself() {
        assertThat(EscapedText.parse("a\\q \\xZZ \\")).isEqualTo(bytes("a\\q \\xZZ \\"));
        assertThat(EscapedText.parse("\\x4a\\\\n")).isEqualTo(bytes("J\\n"));
    }

    @Test
    void gives_all_bytes_back() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        byte[] alphabet = {'\\', 'x', 'n', '0', 'a', '\n', 0, (byte) 0xc3, (byte) 0xa9, (byte) 0xf0, (byte) 0x9f, '"'};
        for (int i = 0; i < 5000; i++) {
            byte[] bytes = new byte[random.nextInt(12)];
            random.nextBytes(bytes);
            if (i % 2 == 0) {
                for (int b = 0; b < bytes.length; b++) {
                    bytes[b] = alphabet[random.nextInt(alphabet.length)];
                }
            }
            assertThat(EscapedText.parse(EscapedText.of(bytes)))
                    .as("seed %d: %s", seed, EscapedText.of(bytes))
                    .isEqualTo(bytes);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
