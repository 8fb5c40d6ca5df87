package io.undermoon.dev.imports.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Snapshots byte by byte; those of a real server are in {@code ImportIT}. */
class RdbReaderTest {
    private final ByteArrayOutputStream snapshot = new ByteArrayOutputStream();
    private final List<String> seen = new ArrayList<>();

    @Test
    void gives_each_key_as_dump_would() throws Exception {
        header("REDIS0010").raw("fa").string("redis-ver").string("7.0.15").raw("fe 00 fb 02 01");
        raw("fc e8 03 00 00 00 00 00 00 00").string("a").string("1");
        raw("00").string("b").raw("c0 7b ff").raw("00 00 00 00 00 00 00 00");
        assertThat(read()).containsExactly("0 a 1000 00 01 31 0a 00", "0 b 0 00 c0 7b 0a 00");
    }

    @Test
    void knows_where_every_type_ends() throws Exception {
        header("REDIS0011");
        raw("01").string("list").raw("02 01 61 01 62");
        raw("03").string("oldzset").raw("02 01 61 fe 01 62 03 31 2e 35");
        raw("05").string("zset").raw("01 01 61 00 00 00 00 00 00 f8 3f");
        raw("04").string("hash").raw("01 01 66 01 76");
        raw("12").string("quicklist").raw("01 02 03 61 62 63");
        raw("07").string("module").raw("81 00 00 00 00 00 00 00 05 02 07 05 01 78 04 00 00 00 00 00 00 00 00 00");
        raw("13")
                .string("stream")
                .raw("01 01 69 01 6c 01 05 06 01 02 00 00 03")
                // One group, with its last id, one pending entry, and a consumer who has that.
                .raw("01 01 67 05 06 02 01")
                .raw("00".repeat(16))
                .raw("00".repeat(8))
                .raw("01")
                .raw("01 01 63")
                .raw("00".repeat(8))
                .raw("01")
                .raw("00".repeat(16));
        raw("18").string("ttlhash").raw("00".repeat(8)).raw("01 02 01 66 01 76");
        raw("00").string("last").string("x").raw("ff").raw("00".repeat(8));
        assertThat(read())
                .extracting(line -> line.split(" ")[1])
                .containsExactly("list", "oldzset", "zset", "hash", "quicklist", "module", "stream", "ttlhash", "last");
    }

    @Test
    void names_of_keys_may_be_numbers_and_compressed() throws Exception {
        header("REDIS0009");
        raw("00 c1 39 30").string("v");
        // Five times "ab": two literals, and a copy of the eight bytes from two bytes before.
        raw("00 c3 05 0a 01 61 62 c0 01").string("v").raw("ff").raw("00".repeat(8));
        assertThat(read()).extracting(line -> line.split(" ")[1]).containsExactly("12345", "ababababab");
    }

    @Test
    void what_is_not_known_is_named() {
        header("REDIS0010").raw("63").string("k").string("v");
        assertThatThrownBy(this::read).isInstanceOf(RdbException.class).hasMessageContaining("unknown type 99");
    }

    @Test
    void ends_where_the_snapshot_is_cut_off() {
        header("REDIS0010").raw("00").string("k").raw("0a 61");
        assertThatThrownBy(this::read).isInstanceOf(EOFException.class);
    }

    private RdbReaderTest header(String text) {
        snapshot.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    private RdbReaderTest raw(String hex) {
        snapshot.writeBytes(HexFormat.of().parseHex(hex.replace(" ", "")));
        return this;
    }

    private RdbReaderTest string(String text) {
        snapshot.write(text.length());
        snapshot.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    private List<String> read() throws IOException, InterruptedException {
        RdbReader.Sink sink = new RdbReader.Sink() {
            @Override
            public void key(int database, byte[] key, long expiresMillis, byte[] dump) {
                // Without the checksum.
                String value = HexFormat.ofDelimiter(" ").formatHex(dump, 0, dump.length - Long.BYTES);
                seen.add(database + " " + new String(key, StandardCharsets.US_ASCII) + " " + expiresMillis + " "
                        + value);
            }

            @Override
            public void function(byte[] code) {
                seen.add("function");
            }
        };
        new RdbReader(oneByteAtATime(), sink).read();
        return seen;
    }

    private InputStream oneByteAtATime() {
        return new ByteArrayInputStream(snapshot.toByteArray()) {
            @Override
            public synchronized int read(byte[] target, int from, int length) {
                return super.read(target, from, Math.min(1, length));
            }
        };
    }
}
