package io.undermoon.proxy.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A line of {@code command-samples.txt}, or of a list of what a tool sends.
 *
 * @param comparison how the two replies are compared
 * @param arguments empty for a blank line, at which all keys are flushed
 */
record CommandSample(int line, Comparison comparison, List<byte[]> arguments) {
    enum Comparison {
        EQUAL,
        SAME_KIND,
        UNORDERED,
        /** The proxy refuses it and says what to do instead. */
        REFUSED
    }

    /** All lines in their order; comments are left out. */
    static List<CommandSample> all() {
        return of("command-samples.txt");
    }

    /** All lines of a file among the resources. */
    static List<CommandSample> of(String resource) {
        List<CommandSample> samples = new ArrayList<>();
        try (InputStream in = CommandSample.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not among the resources");
            }
            List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            for (int i = 0; i < lines.size(); i++) {
                if (!lines.get(i).startsWith("#")) {
                    samples.add(parse(i + 1, lines.get(i)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return samples;
    }

    boolean isFlush() {
        return arguments.isEmpty();
    }

    String word(int index) {
        return new String(arguments.get(index), StandardCharsets.ISO_8859_1);
    }

    private static CommandSample parse(int number, String line) {
        return switch (line.isEmpty() ? ' ' : line.charAt(0)) {
            case '~' -> new CommandSample(number, Comparison.SAME_KIND, words(line.substring(1)));
            case '<' -> new CommandSample(number, Comparison.UNORDERED, words(line.substring(1)));
            case '!' -> new CommandSample(number, Comparison.REFUSED, words(line.substring(1)));
            default -> new CommandSample(number, Comparison.EQUAL, words(line));
        };
    }

    private static List<byte[]> words(String line) {
        List<byte[]> words = new ArrayList<>();
        int i = 0;
        while (i < line.length()) {
            if (line.charAt(i) == ' ') {
                i++;
            } else if (line.charAt(i) == '"') {
                int end = closingQuote(line, i + 1);
                words.add(unescaped(line.substring(i + 1, end)));
                i = end + 1;
            } else {
                int blank = line.indexOf(' ', i);
                int end = blank < 0 ? line.length() : blank;
                words.add(line.substring(i, end).getBytes(StandardCharsets.UTF_8));
                i = end;
            }
        }
        return words;
    }

    private static int closingQuote(String line, int from) {
        int i = from;
        while (line.charAt(i) != '"') {
            i += line.charAt(i) == '\\' ? 2 : 1;
        }
        return i;
    }

    private static byte[] unescaped(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                out.write(c);
                continue;
            }
            switch (text.charAt(++i)) {
                case 'r' -> out.write('\r');
                case 'n' -> out.write('\n');
                case '0' -> out.write(0);
                case 'x' -> {
                    out.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                    i += 2;
                }
                default -> out.write(text.charAt(i));
            }
        }
        return out.toByteArray();
    }
}
