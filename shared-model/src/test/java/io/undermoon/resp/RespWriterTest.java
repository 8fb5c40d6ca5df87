package io.undermoon.resp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RespWriterTest {
    @Test
    void types_of_both_protocols() {
        assertThat(written(out -> RespWriter.simple(out, "OK"))).isEqualTo("+OK\r\n");
        assertThat(written(out -> RespWriter.error(out, "ERR a\r\nb"))).isEqualTo("-ERR a  b\r\n");
        assertThat(written(out -> RespWriter.bulk(out, "é"))).isEqualTo("$2\r\né\r\n");
        assertThat(written(out -> RespWriter.bulk(out, ""))).isEqualTo("$0\r\n\r\n");
        assertThat(written(out -> RespWriter.bulk(out, new byte[] {'a'}))).isEqualTo("$1\r\na\r\n");
        assertThat(written(out -> RespWriter.bulk(out, Unpooled.wrappedBuffer(new byte[] {'a', 'b', 'c'}), 1, 2)))
                .isEqualTo("$2\r\nbc\r\n");
        assertThat(written(out -> RespWriter.array(out, 0))).isEqualTo("*0\r\n");
        assertThat(written(out -> RespWriter.command(out, List.of("GET", "key"))))
                .isEqualTo("*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n");
    }

    @Test
    void types_that_only_resp3_has() {
        assertBoth(RespWriter::nullValue, "$-1\r\n", "_\r\n");
        assertBoth(RespWriter::nullArray, "*-1\r\n", "_\r\n");
        assertBoth((out, protocol) -> RespWriter.map(out, protocol, 3), "*6\r\n", "%3\r\n");
        assertBoth((out, protocol) -> RespWriter.set(out, protocol, 3), "*3\r\n", "~3\r\n");
        assertBoth((out, protocol) -> RespWriter.push(out, protocol, 3), "*3\r\n", ">3\r\n");
        assertBoth((out, protocol) -> RespWriter.bool(out, protocol, true), ":1\r\n", "#t\r\n");
        assertBoth((out, protocol) -> RespWriter.bool(out, protocol, false), ":0\r\n", "#f\r\n");
        assertBoth((out, protocol) -> RespWriter.decimal(out, protocol, 1.5), "$3\r\n1.5\r\n", ",1.5\r\n");
        assertBoth((out, protocol) -> RespWriter.decimal(out, protocol, -3), "$2\r\n-3\r\n", ",-3\r\n");
        assertBoth(
                (out, protocol) -> RespWriter.decimal(out, protocol, Double.NEGATIVE_INFINITY),
                "$4\r\n-inf\r\n",
                ",-inf\r\n");
        assertBoth((out, protocol) -> RespWriter.bigNumber(out, protocol, "123"), "$3\r\n123\r\n", "(123\r\n");
        assertBoth((out, protocol) -> RespWriter.verbatim(out, protocol, "txt", "é"), "$2\r\né\r\n", "=6\r\ntxt:é\r\n");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RespWriter.verbatim(Unpooled.buffer(), Protocol.RESP3, "text", "a"));
    }

    @Test
    void numbers_have_their_digits() {
        for (long number :
                new long[] {0, 1, -1, 9, 10, -10, 99, 100, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1}) {
            assertNumber(number);
        }
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 10_000; i++) {
            assertNumber(random.nextLong() >> random.nextInt(64));
        }
    }

    private static void assertNumber(long number) {
        String text = Long.toString(number);
        assertThat(written(out -> RespWriter.integer(out, number))).isEqualTo(":" + text + "\r\n");
        assertThat(written(out -> RespWriter.bulk(out, number)))
                .isEqualTo("$" + text.length() + "\r\n" + text + "\r\n");
    }

    private static void assertBoth(BiConsumer<ByteBuf, Protocol> write, String resp2, String resp3) {
        assertThat(written(out -> write.accept(out, Protocol.RESP2))).isEqualTo(resp2);
        assertThat(written(out -> write.accept(out, Protocol.RESP3))).isEqualTo(resp3);
    }

    private static String written(Consumer<ByteBuf> write) {
        // The smallest buffer, so that a missing ensureWritable fails.
        ByteBuf out = Unpooled.buffer(1);
        write.accept(out);
        return out.toString(StandardCharsets.UTF_8);
    }
}
