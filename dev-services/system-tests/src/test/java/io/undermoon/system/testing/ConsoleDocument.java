package io.undermoon.system.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a document in Markdown tells its reader to type, and what that prints.
 *
 * <p>In a fenced block marked {@code console} a line that begins with {@code $} and a blank is a command, one that
 * begins with {@code >} and a blank its continuation, and the lines that follow are its output. In these {@code …}
 * stands for any text and a line {@code ...} for any lines. A command without output has to end with 0, and what it
 * prints does not matter. A block marked {@code java Name.java} is a file of that name.
 */
public final class ConsoleDocument {
    private static final Pattern FENCE = Pattern.compile("```.*");
    private static final String CONSOLE = "```console";
    private static final String FILE = "```java ";
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");
    private static final String COMMAND = "$ ";
    private static final String CONTINUATION = "> ";

    private final List<Step> steps = new ArrayList<>();
    private final Map<String, String> files = new LinkedHashMap<>();
    private int otherBlocks;

    public ConsoleDocument(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        int line = 0;
        while (line < lines.size()) {
            if (FENCE.matcher(lines.get(line)).matches()) {
                int end = line + 1;
                while (!lines.get(end).equals("```")) {
                    end++;
                }
                block(lines.get(line), lines.subList(line + 1, end), line + 2);
                line = end;
            }
            line++;
        }
    }

    /**
     * A command.
     *
     * @param line where it is in the document, from 1
     * @param output the lines that it prints, with wildcards; empty if they do not matter
     */
    public record Step(int line, String command, List<String> output) {
        /** Whether what it has printed is what the document shows. */
        public boolean isOutput(String printed) {
            return expected(output).matcher(normal(printed)).matches();
        }

        private static Pattern expected(List<String> lines) {
            StringBuilder regex = new StringBuilder();
            for (String line : lines) {
                regex.append(
                        line.equals("...")
                                ? "(?:.*\n)*"
                                : Pattern.quote(normal(line)).replace("…", "\\E.*\\Q"));
            }
            return Pattern.compile(regex.toString());
        }

        /**
         * Columns are as wide as their widest value, which is not the same everywhere; some programs use colours
         * wherever they write; blank lines do not matter.
         */
        private static String normal(String text) {
            StringBuilder normal = new StringBuilder();
            COLOUR.matcher(text)
                    .replaceAll("")
                    .lines()
                    .filter(line -> !line.isBlank())
                    .forEach(line ->
                            normal.append(line.strip().replaceAll("\\s+", " ")).append('\n'));
            return normal.toString();
        }
    }

    public List<Step> steps() {
        return steps;
    }

    /** The files that the document shows, by name. */
    public Map<String, String> files() {
        return files;
    }

    /** How many blocks are neither commands nor files, so that nothing tests them. */
    public int otherBlocks() {
        return otherBlocks;
    }

    private void block(String fence, List<String> lines, int firstLine) {
        if (fence.equals(CONSOLE)) {
            console(lines, firstLine);
        } else if (fence.startsWith(FILE)) {
            files.put(fence.substring(FILE.length()), String.join("\n", lines) + "\n");
        } else {
            otherBlocks++;
        }
    }

    private void console(List<String> lines, int firstLine) {
        int at = 0;
        while (at < lines.size()) {
            int line = firstLine + at;
            if (!lines.get(at).startsWith(COMMAND)) {
                throw new IllegalArgumentException("line " + line + " is the output of no command: " + lines.get(at));
            }
            StringBuilder command = new StringBuilder(lines.get(at++).substring(COMMAND.length()));
            while (at < lines.size() && lines.get(at).startsWith(CONTINUATION)) {
                command.append('\n').append(lines.get(at++).substring(CONTINUATION.length()));
            }
            List<String> output = new ArrayList<>();
            while (at < lines.size() && !lines.get(at).startsWith(COMMAND)) {
                output.add(lines.get(at++));
            }
            steps.add(new Step(line, command.toString(), List.copyOf(output)));
        }
    }
}
