package io.undermoon.rediscli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandWordsTest {
    @Test
    void splits_at_spaces_outside_of_quotes() {
        assertThat(words("  SET  key\tvalue ")).containsExactly("SET", "key", "value");
        assertThat(words("SET k \"a b\" 'c d'")).containsExactly("SET", "k", "a b", "c d");
        assertThat(words("SET k \"\"")).containsExactly("SET", "k", "");
        assertThat(words("")).isEmpty();
    }

    @Test
    void understands_the_escapes_of_redis_cli() {
        assertThat(words("\"\\n\\r\\t\\a\\b\\\\\\\"\\q\\x41\"")).containsExactly("\n\r\t\u0007\b\\\"qA");
        assertThat(words("'it\\'s \\n'")).containsExactly("it's \\n");
        assertThat(CommandWords.split("\"\\xff\"")).containsExactly(new byte[] {(byte) 0xff});
    }

    @Test
    void refuses_quotes_that_are_not_closed() {
        for (String line : List.of("SET k \"a", "SET k 'a", "SET \"k\"a")) {
            assertThatThrownBy(() -> CommandWords.split(line)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static List<String> words(String line) {
        return CommandWords.split(line).stream()
                .map(word -> new String(word, StandardCharsets.UTF_8))
                .toList();
    }
}
