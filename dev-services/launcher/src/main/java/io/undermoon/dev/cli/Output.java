package io.undermoon.dev.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.output.Document;
import io.undermoon.dev.output.Format;
import io.undermoon.dev.output.Style;
import io.undermoon.dev.output.Table;
import java.io.PrintStream;
import picocli.CommandLine.Option;

/** How a command shows its result. */
final class Output {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, json or yaml (default: table).")
    private Format format = Format.TABLE;

    private final PrintStream out = System.out;
    private final boolean coloured = Style.areWanted(Terminal.isOutput(), System.getenv());

    /** Whether a person reads it. */
    boolean isTable() {
        return format == Format.TABLE;
    }

    /** Prints a result for programs, or has it printed for people. */
    void show(JsonNode result, Runnable table) {
        switch (format) {
            case TABLE -> table.run();
            case JSON -> out.print(Document.json(result));
            case YAML -> out.print(Document.yaml(result));
        }
        out.flush();
    }

    void print(Table table) {
        table.print(coloured, out::println);
    }

    void line(String text) {
        out.println(text);
    }

    /** A line for people only, as on the way to a result. */
    void note(String text) {
        if (isTable()) {
            out.println(text);
        }
    }

    /** A line for people that the next one replaces. */
    void keep(String text) {
        if (isTable()) {
            out.print(text);
            out.flush();
        }
    }

    String styled(Style style, String text) {
        return style.on(text, coloured);
    }
}
