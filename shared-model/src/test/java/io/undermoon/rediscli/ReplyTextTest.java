package io.undermoon.rediscli;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Array;
import io.undermoon.resp.RespValue.Bulk;
import io.undermoon.resp.RespValue.Failure;
import io.undermoon.resp.RespValue.Int;
import io.undermoon.resp.RespValue.Null;
import io.undermoon.resp.RespValue.Simple;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplyTextTest {
    private static final RespValue NESTED = new Array(
            List.of(new Int(1), new Array(List.of(bulk("a"), Null.BULK)), new Array(List.of()), new Failure("ERR no")));

    @Test
    void prints_types_for_people() {
        assertThat(ReplyText.formatted(new Simple("OK"))).isEqualTo("OK\n");
        assertThat(ReplyText.formatted(new Int(7))).isEqualTo("(integer) 7\n");
        assertThat(ReplyText.formatted(Null.BULK)).isEqualTo("(nil)\n");
        assertThat(ReplyText.formatted(new Failure("ERR no"))).isEqualTo("(error) ERR no\n");
        assertThat(ReplyText.formatted(bulk("a\"\n\u0001é"))).isEqualTo("\"a\\\"\\n\\x01\\xc3\\xa9\"\n");
        assertThat(ReplyText.formatted(NESTED)).isEqualTo("""
                1) (integer) 1
                2) 1) "a"
                   2) (nil)
                3) (empty array)
                4) (error) ERR no
                """);
        assertThat(ReplyText.formatted(new RespValue.Dictionary(List.of(Map.entry(bulk("k"), new Int(1))))))
                .isEqualTo("1# \"k\" => (integer) 1\n");
    }

    @Test
    void aligns_the_numbers_of_long_arrays() {
        String text = ReplyText.formatted(new Array(Collections.nCopies(10, new Int(0))));
        assertThat(text).startsWith(" 1) (integer) 0\n").endsWith("10) (integer) 0\n");
    }

    @Test
    void prints_the_beginning_of_what_is_long() {
        Array many = new Array(Collections.nCopies(1000, new Int(0)));
        assertThat(ReplyText.formatted(many, 40)).isEqualTo("""
                   1) (integer) 0
                   2) (integer) 0
                   3) (integer) 0
                """);
        assertThat(ReplyText.formatted(bulk("x".repeat(1000)), 40)).isEqualTo("\"" + "x".repeat(39) + "\"\n");
    }

    @Test
    void prints_bare_values_for_programs() {
        assertThat(raw(new Simple("OK"))).isEqualTo("OK\n");
        assertThat(raw(bulk("é\n"))).isEqualTo("é\n\n");
        assertThat(raw(Null.BULK)).isEqualTo("\n");
        assertThat(raw(NESTED)).isEqualTo("1\na\n\n\nERR no\n");
    }

    private static String raw(RespValue reply) {
        return new String(ReplyText.raw(reply), StandardCharsets.UTF_8);
    }

    private static Bulk bulk(String text) {
        return new Bulk(text.getBytes(StandardCharsets.UTF_8));
    }
}
