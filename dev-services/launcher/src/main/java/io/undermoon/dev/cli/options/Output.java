package io.undermoon.dev.cli.options;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.output.Document;
import io.undermoon.dev.output.Format;
import io.undermoon.dev.output.Style;
import io.undermoon.dev.output.Table;
import java.io.PrintStream;
import picocli.CommandLine.Option;

/** How a command shows its result. */
public final class Output {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, json or yaml (default: table).")
    private Format format = Format.TABLE;

    private final PrintStream out = System.out;
    private final boolean coloured = Style.areWanted(Terminal.isOutput(), System.getenv());

    /** Whether a person reads it. */
    public boolean isTable() {
        return format == Format.TABLE;
    }

    /** Prints a result for programs, or has it printed for people. */
    public void show(JsonNode result, Runnable table) {
        switch (format) {
            case TABLE -> table.run();
            case JSON -> out.print(Document.json(result));
            case YAML -> out.print(Document.yaml(result));
        }
        out.flush();
    }

    public void print(Table table) {
        table.print(coloured, out::println);
    }

    public void line(String text) {
        out.println(text);
    }

    /** A line for people only, as on the way to a result. */
    public void note(String text) {
        if (isTable()) {
            out.println(text);
        }
    }

    /** A line for people that the next one replaces. */
    public void keep(String text) {
        if (isTable()) {
            out.print(text);
            out.flush();
        }
    }

    public String styled(Style style, String text) {
        return style.on(text, coloured);
    }
}
