package io.undermoon.dev.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.json.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

class OutputTest {
    @Test
    void columns_are_as_wide_as_their_widest_cell() {
        Table table = new Table()
                .column("NAME")
                .number("SLOTS")
                .column("STATE", word -> word.equals("up") ? Style.GOOD : Style.BAD);
        table.row("a", 16384, "up").row("longer", 1, "");
        assertThat(lines(table, false))
                .containsExactly("NAME    SLOTS  STATE", "a       16384  up", "longer      1  -");
        assertThat(lines(table, true))
                .containsExactly(
                        "\033[1mNAME    SLOTS  STATE\033[0m",
                        "a       16384  \033[32mup\033[0m",
                        "longer      1  \033[31m-\033[0m");
        assertThatThrownBy(() -> table.row("one")).hasMessage("1 cells for 3 columns");
    }

    private static List<String> lines(Table table, boolean coloured) {
        List<String> lines = new ArrayList<>();
        table.print(coloured, line -> lines.add(line.replaceAll(" +(\033\\[0m)?$", "$1")));
        return lines;
    }

    @Test
    void colours_are_for_terminals_that_want_them() {
        assertThat(Style.areWanted(true, Map.of("TERM", "xterm"))).isTrue();
        assertThat(Style.areWanted(false, Map.of())).isFalse();
        assertThat(Style.areWanted(true, Map.of("NO_COLOR", "1"))).isFalse();
        assertThat(Style.areWanted(true, Map.of("NO_COLOR", ""))).isTrue();
        assertThat(Style.areWanted(true, Map.of("TERM", "dumb"))).isFalse();
    }

    @Test
    void both_documents_have_the_same_content() throws IOException {
        JsonNode value = Json.mapper()
                .readTree("{\"b\":[1,{\"c\":null,\"d\":\"yes\"}],\"a\":{\"long\":\"" + "x ".repeat(100)
                        + "\",\"n\":1.5}}");
        assertThat(Json.mapper().readTree(Document.json(value))).isEqualTo(value);
        Object yaml = new Yaml(new SafeConstructor(new LoaderOptions())).load(Document.yaml(value));
        assertThat(Json.mapper().<JsonNode>valueToTree(yaml)).isEqualTo(value);
        assertThat(Document.yaml(Json.mapper().readTree("[{\"a\":1}]"))).isEqualTo("- a: 1\n");
        assertThat(Document.yaml(Json.mapper().readTree("[]"))).isEqualTo("[]\n");
    }

    @Test
    void amounts_are_short() {
        assertThat(List.of(Amounts.bytes(999), Amounts.bytes(1500), Amounts.bytes(12_345_678)))
                .containsExactly("999 B", "1.50 KB", "12.3 MB");
        assertThat(Amounts.count(1234567)).isEqualTo("1,234,567");
        assertThat(List.of(
                        Amounts.time(Duration.ofSeconds(59)),
                        Amounts.time(Duration.ofSeconds(61)),
                        Amounts.time(Duration.ofHours(25))))
                .containsExactly("59s", "1m 1s", "1d 1h");
    }
}
