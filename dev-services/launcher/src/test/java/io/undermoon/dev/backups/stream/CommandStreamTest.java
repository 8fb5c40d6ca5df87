package io.undermoon.dev.backups.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.dev.backups.store.DamagedFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandStreamTest {
    private static final String TWO = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\n\r\n*1\r\n*1\r\n$4\r\nPING\r\n";
    private static final int FIRST_BYTES = 30;

    @Test
    void commands_come_with_the_offsets_at_which_they_end_however_the_bytes_arrive() throws IOException {
        for (int size = 1; size <= TWO.length(); size++) {
            CommandStream stream = new CommandStream(inPieces(TWO, size), 100);

            assertThat(texts(stream.next())).containsExactly("SET", "k", "\r\n*1");
            assertThat(stream.offset()).isEqualTo(100 + FIRST_BYTES);
            assertThat(texts(stream.next())).containsExactly("PING");
            assertThat(stream.offset()).isEqualTo(100 + TWO.length());
            assertThat(stream.next()).isNull();
        }
    }

    @Test
    void a_stream_that_ends_in_a_command_is_damaged() throws IOException {
        for (int length = 1; length < FIRST_BYTES; length++) {
            CommandStream stream = new CommandStream(inPieces(TWO.substring(0, length), 5), 0);

            assertThatThrownBy(stream::next).as("%s bytes", length).isInstanceOf(DamagedFileException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"PING\r\n", "*0\r\n", "*-1\r\n", "*1\r\n+OK\r\n", "*1\r\n$4\r\nPINGS\r\n", "*99999999999\r\n"})
    void what_is_no_command_is_damaged(String text) {
        CommandStream stream = new CommandStream(inPieces(text, 100), 7);

        assertThatThrownBy(stream::next)
                .isInstanceOf(DamagedFileException.class)
                .hasMessageContaining("offset");
    }

    private static List<String> texts(List<byte[]> command) {
        return command.stream()
                .map(word -> new String(word, StandardCharsets.ISO_8859_1))
                .toList();
    }

    /** Gives so many bytes at a time. */
    private static InputStream inPieces(String text, int size) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        List<byte[]> pieces = new ArrayList<>();
        for (int from = 0; from < bytes.length; from += size) {
            pieces.add(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + size)));
        }
        return new ByteArrayInputStream(bytes) {
            private int piece;

            @Override
            public synchronized int read(byte[] target, int from, int length) {
                if (piece == pieces.size()) {
                    return -1;
                }
                byte[] next = pieces.get(piece++);
                System.arraycopy(next, 0, target, from, next.length);
                return next.length;
            }
        };
    }
}
