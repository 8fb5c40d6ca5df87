package io.undermoon.dev.output;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Rows of cells in columns as wide as their widest cell, with two spaces between them. Mutable; of one thread. */
public final class Table {
    private static final String GAP = "  ";

    private final List<Column> columns = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    private record Column(
            String title, boolean right, @Nullable Function<String, Style> style) {}

    /** A column of words. */
    public Table column(String title) {
        columns.add(new Column(title, false, null));
        return this;
    }

    /** A column of words whose colours tell what to look at. */
    public Table column(String title, Function<String, Style> style) {
        columns.add(new Column(title, false, style));
        return this;
    }

    /** A column of numbers, whose ends are below each other. */
    public Table number(String title) {
        columns.add(new Column(title, true, null));
        return this;
    }

    /** One cell for each column; a missing or empty one is shown as a dash. */
    public Table row(Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + columns.size() + " columns");
        }
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            String text = String.valueOf(cell);
            row.add(text.isEmpty() || text.equals("null") ? "-" : text);
        }
        rows.add(row);
        return this;
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /** The lines, the titles first. */
    public void print(boolean coloured, Consumer<String> line) {
        int[] widths = new int[columns.size()];
        for (int i = 0; i < widths.length; i++) {
            int column = i;
            widths[i] = Math.max(
                    columns.get(i).title().length(),
                    rows.stream()
                            .mapToInt(row -> row.get(column).length())
                            .max()
                            .orElse(0));
        }
        line.accept(Style.TITLE.on(line(columns.stream().map(Column::title).toList(), widths, false), coloured));
        rows.forEach(row -> line.accept(line(row, widths, coloured)));
    }

    private String line(List<String> cells, int[] widths, boolean coloured) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            Column column = columns.get(i);
            String cell = cells.get(i);
            String padding = " ".repeat(widths[i] - cell.length());
            String shown =
                    column.style() == null ? cell : column.style().apply(cell).on(cell, coloured);
            line.append(i == 0 ? "" : GAP).append(column.right() ? padding + shown : shown + padding);
        }
        return line.toString().stripTrailing();
    }
}
