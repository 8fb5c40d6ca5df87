package io.undermoon.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RespReaderTest {
    private static final RespLimits SMALL = new RespLimits(64, 100, 4, 32);

    @Test
    void values_are_read_as_they_were_written_whatever_the_packets() {
        for (long seed = 0; seed < 2000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            RandomValues values = new RandomValues(random);
            List<RespValue> expected = List.of(values.value(3), values.value(2), values.value(3));
            ByteBuf wire = Unpooled.buffer();
            expected.forEach(value -> RespWriter.value(wire, value));
            assertThat(readAll(wire, 1)).as("seed %d", seed).isEqualTo(expected);
            assertThat(readAll(wire, 1 + random.nextInt(20)))
                    .as("seed %d", seed)
                    .isEqualTo(expected);
            assertThat(readAll(wire, wire.readableBytes())).as("seed %d", seed).isEqualTo(expected);
        }
    }

    @Test
    void an_incomplete_value_is_left_as_it_is() {
        ByteBuf whole = ascii("*3\r\n$3\r\nfoo\r\n:12\r\n%1\r\n+a\r\n_\r\n");
        for (int length = 0; length < whole.writerIndex(); length++) {
            ByteBuf part = whole.copy(0, length);
            assertThat(new RespReader(SMALL).read(part)).isNull();
            assertThat(part.readerIndex()).isZero();
        }
        assertThat(new RespReader(SMALL).read(whole)).isNotNull();
        assertThat(whole.isReadable()).isFalse();
    }

    @Test
    void damaged_bytes_bring_out_one_exception_only() {
        for (long seed = 0; seed < 5000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            ByteBuf wire = Unpooled.buffer();
            RespWriter.value(wire, new RandomValues(random).value(3));
            for (int i = random.nextInt(4); i >= 0; i--) {
                wire.setByte(random.nextInt(wire.writerIndex()), alphabet(random));
            }
            tolerate(seed, wire);
        }
    }

    @Test
    void random_bytes_bring_out_one_exception_only() {
        for (long seed = 0; seed < 20_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            ByteBuf wire = Unpooled.buffer();
            for (int i = random.nextInt(60); i >= 0; i--) {
                wire.writeByte(alphabet(random));
            }
            tolerate(seed, wire);
        }
    }

    @Test
    void limits_are_held_before_memory_is_taken() {
        for (String beyond : List.of(
                "$65\r\n",
                "$2147483647\r\n",
                "$9223372036854775807\r\n",
                "!65\r\n",
                "=65\r\n",
                "*101\r\n",
                "~101\r\n",
                ">101\r\n",
                "%51\r\n",
                "|50\r\n",
                "*2147483647\r\n",
                "%4611686018427387904\r\n",
                "*99\r\n*2\r\n",
                "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n",
                "+" + "x".repeat(34),
                ":" + "1".repeat(40))) {
            assertRefused(beyond);
        }
        assertThat(new RespReader(SMALL).read(ascii("+" + "x".repeat(32) + "\r\n")))
                .isEqualTo(new RespValue.Simple("x".repeat(32)));
        assertThat(new RespReader(SMALL).read(ascii("*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n")))
                .isNotNull();
        assertThat(new RespReader(SMALL).read(ascii("*98\r\n*2\r\n"))).isNull();
        assertThatIllegalArgumentException().isThrownBy(() -> new RespLimits(-1, 1, 1, 1));
    }

    @Test
    void bytes_that_are_not_of_the_protocol_are_refused() {
        for (String wrong : List.of(
                "PING\r\n",
                "\r\n\r\n",
                "+a\n",
                "a\r\n",
                ":\r\n",
                ":1x\r\n",
                ":9223372036854775808\r\n",
                "$\r\n",
                "$-2\r\n",
                "$x\r\n",
                "*-2\r\n",
                "*\r\n",
                "%-1\r\n",
                "~-1\r\n",
                ">-1\r\n",
                "!-1\r\n",
                "$1\r\nabc",
                "$1\r\na\rb",
                "#x\r\n",
                "#\r\n",
                "_x\r\n",
                ",\r\n",
                ",0x1p3\r\n",
                ",NaN\r\n",
                ",1d\r\n",
                ",1.2.3\r\n",
                "(\r\n",
                "(-\r\n",
                "(1.5\r\n",
                "=3\r\ntxt\r\n",
                "=4\r\ntxta\r\n",
                "$?\r\n",
                "*?\r\n",
                "\u0000\u0000\r\n")) {
            assertRefused(wrong);
        }
        assertThatThrownBy(() -> new RespReader(SMALL).read(ascii("$-7\r\n")))
                .hasMessage("Protocol error: invalid bulk length");
        assertThatThrownBy(() -> new RespReader(SMALL).read(ascii("PING\r\n")))
                .hasMessage("Protocol error: unknown type 'P'");
    }

    private static void tolerate(long seed, ByteBuf wire) {
        RespReader reader = new RespReader(SMALL);
        int before = -1;
        try {
            while (wire.isReadable() && wire.readerIndex() != before) {
                before = wire.readerIndex();
                RespValue value = reader.read(wire);
                assertThat(value == null).isEqualTo(wire.readerIndex() == before);
            }
        } catch (RespProtocolException e) {
            assertThat(e).as("seed %d", seed).hasMessageStartingWith("Protocol error: ");
            assertThat(wire.readerIndex()).as("seed %d", seed).isEqualTo(before);
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    /** What a reader makes of the bytes when they come in packets of a size. */
    private static List<RespValue> readAll(ByteBuf wire, int packetBytes) {
        RespReader reader = new RespReader(RespLimits.CONTROL);
        ByteBuf received = Unpooled.buffer();
        List<RespValue> values = new ArrayList<>();
        for (int i = 0; i < wire.writerIndex(); i += packetBytes) {
            received.writeBytes(wire, i, Math.min(packetBytes, wire.writerIndex() - i));
            for (RespValue value = reader.read(received); value != null; value = reader.read(received)) {
                values.add(value);
                received.discardReadBytes();
            }
        }
        assertThat(received.isReadable()).isFalse();
        return values;
    }

    private static void assertRefused(String wire) {
        assertThatThrownBy(() -> new RespReader(SMALL).read(ascii(wire)), "%s", wire)
                .isInstanceOf(RespProtocolException.class);
    }

    private static int alphabet(SplittableRandom random) {
        return random.nextInt(4) == 0
                ? random.nextInt(256)
                : "*$%~>|+-:,#_(!=\r\n\r\n0123456789tf".charAt(random.nextInt(31));
    }

    private static ByteBuf ascii(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }
}
