package io.undermoon.proxy.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Holds docs/commands.md to the command table. */
class CommandsDocumentTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "commands.md");
    private static final String WRITE = "undermoon.docs.write";

    @Test
    void the_document_is_what_the_table_says() throws IOException {
        String expected = CommandsDocument.of(CommandTable.load());
        if (Boolean.getBoolean(WRITE)) {
            Files.writeString(DOCUMENT, expected);
        }
        assertThat(Files.exists(DOCUMENT) ? Files.readString(DOCUMENT) : "")
                .as("docs/commands.md is not up to date. Write it anew with: mvn -pl proxy-service -am test"
                        + " -Dtest=CommandsDocumentTest -Dsurefire.failIfNoSpecifiedTests=false -D" + WRITE + "=true")
                .isEqualTo(expected);
    }
}
