package io.undermoon.dev.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.dev.access.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What {@code docs/command-line.md} has to name; its lines are run by {@code CommandLineIT}. */
class CommandLineDocTest {
    private String document = "";

    @BeforeEach
    void read() throws IOException {
        document = Files.readString(Path.of("../../docs/command-line.md"));
    }

    @Test
    void every_command_is_named() {
        Undermoon.whole().getSubcommands().forEach((name, command) -> {
            // `serve` is for programs, and `training` for the script.
            if (!command.getCommandSpec().usageMessage().hidden() && !name.equals("serve")) {
                assertThat(document).as(name).containsPattern("(`|undermoon )" + name + "\\b");
                command.getSubcommands()
                        .keySet()
                        .forEach(sub ->
                                assertThat(document).as("%s %s", name, sub).contains(name + " " + sub));
            }
        });
    }

    @Test
    void every_setting_of_a_context_is_named() {
        assertThat(Setting.keys()).allSatisfy(key -> assertThat(document).contains("`" + key + "`"));
    }

    @Test
    void every_exit_code_is_named() {
        Map<String, String> codes =
                Undermoon.whole().getCommandSpec().usageMessage().exitCodeList();
        assertThat(codes).containsKeys("0", "1", "2", "3", "4", "5", "6", "7", "130");
        assertThat(codes.keySet()).allSatisfy(code -> assertThat(document).containsPattern("\\| " + code + " \\| \\w"));
    }

    @Test
    void every_command_of_an_operator_has_help_that_fits_a_terminal() {
        for (CommandLine command : Undermoon.whole().getSubcommands().values()) {
            assertThat(command.getUsageMessage().lines())
                    .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(120));
            assertThat(command.getCommandSpec().usageMessage().description()).isNotEmpty();
        }
    }
}
