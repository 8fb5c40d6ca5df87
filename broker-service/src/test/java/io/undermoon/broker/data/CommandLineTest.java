package io.undermoon.broker.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.resp.RespValue;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line takes, and how it shows replies. */
class CommandLineTest {
    @Test
    void splits_lines_as_redis_cli_does() {
        assertThat(words("  SET  key \"a b\\n\\x41\\\"\\q\" 'it\\'s \\n' \"\" é"))
                .containsExactly("SET", "key", "a b\nA\"q", "it's \\n", "", "é");
        assertThat(words("GET a\"b c\"")).containsExactly("GET", "ab c");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET \"a", "GET 'a", "GET \"a\"b", "GET \"a\\\"", "", "   ", "\"\"", "é 1", "1GET", "-x"})
    void refuses_what_is_no_command(String line) {
        refused(line);
    }

    @ParameterizedTest
    @CsvSource({
        "subscribe news,                                do not end",
        "MONITOR,                                       do not end",
        "PSYNC ? -1,                                    do not end",
        "BLPOP queue 0,                                 may wait",
        "XREAD COUNT 2 BLOCK 0 STREAMS s $,             may wait",
        "xreadgroup GROUP g c block 0 STREAMS s >,      may wait",
        "MULTI,                                         connection of its own|one of its own",
        "CLIENT REPLY OFF,                              one of its own",
        "client tracking on,                            one of its own",
        "AUTH undermoon-control secret,                 above the command line",
        "HELLO 3 AUTH a b,                              above the command line",
        "WAIT 1 0,                                      writes of its own connection",
        "UMCTL GETEPOCH,                                coordinators and brokers",
        "\"umctl\" SETCLUSTER,                          coordinators and brokers",
    })
    void refuses_what_keeps_or_changes_its_connection(String line, String why) {
        assertThat(refused(line)).containsAnyOf(why.split("\\|"));
    }

    @ParameterizedTest
    @CsvSource({
        "get secret-key,                         GET",
        "SET secret-key secret-value,            SET",
        "config get maxmemory,                   CONFIG|GET",
        "XREAD COUNT 2 STREAMS block 0,          XREAD",
        "CLIENT secret-value,                    CLIENT|SECRET-VALUE",
        "EVAL 'return 1' 0,                      EVAL",
        "JSON.GET doc,                           JSON.GET",
    })
    void knows_the_name_and_nothing_else_of_a_command(String line, String name) {
        assertThat(CommandLine.read(line).name()).isEqualTo(name);
    }

    @Test
    void shows_replies_as_redis_cli_does() {
        assertThat(shown(new RespValue.Simple("OK"))).isEqualTo("OK");
        assertThat(shown(new RespValue.Int(7))).isEqualTo("(integer) 7");
        assertThat(shown(RespValue.Null.BULK)).isEqualTo("(nil)");
        assertThat(shown(new RespValue.Array(List.of()))).isEqualTo("(empty array)");
        assertThat(shown(new RespValue.Failure("ERR no"))).isEqualTo("(error) ERR no");
        assertThat(shown(bulk("a\"b\\ é\n"))).isEqualTo("\"a\\\"b\\\\ \\xc3\\xa9\\n\"");
        RespValue inner = new RespValue.Array(List.of(bulk("x"), new RespValue.Int(1)));
        assertThat(shown(new RespValue.Array(List.of(inner, bulk("y"), inner))))
                .isEqualTo("1) 1) \"x\"\n   2) (integer) 1\n2) \"y\"\n3) 1) \"x\"\n   2) (integer) 1");
    }

    @Test
    void shows_texts_for_people_as_they_are_and_no_more_than_the_limit() {
        assertThat(ShownReply.of(bulk("# Server\r\nredis_version:7\r\n"), "INFO")
                        .text())
                .isEqualTo("# Server\r\nredis_version:7");
        ShownReply.Shown cut = ShownReply.of(bulk("x".repeat(100_000)), "GET");
        assertThat(cut.isTruncated()).isTrue();
        assertThat(cut.text()).hasSize(ShownReply.MAX_CHARACTERS);
        ShownReply.Shown many = ShownReply.of(new RespValue.Array(Collections.nCopies(100_000, bulk("x"))), "LRANGE");
        assertThat(many.isTruncated()).isTrue();
        assertThat(many.text()).startsWith("     1) \"x\"\n     2) ");
    }

    private static String refused(String line) {
        UndermoonException[] refusal = new UndermoonException[1];
        assertThatThrownBy(() -> CommandLine.read(line))
                .as(line)
                .isInstanceOfSatisfying(UndermoonException.class, e -> refusal[0] = e);
        assertThat(refusal[0].code()).isEqualTo(ErrorCode.COMMAND_NOT_TAKEN);
        return String.valueOf(refusal[0].getMessage());
    }

    private static List<String> words(String line) {
        return CommandLine.read(line).words().stream()
                .map(word -> new String(word, StandardCharsets.UTF_8))
                .toList();
    }

    private static String shown(RespValue reply) {
        return ShownReply.of(reply, "GET").text();
    }

    private static RespValue bulk(String text) {
        return new RespValue.Bulk(text);
    }
}
