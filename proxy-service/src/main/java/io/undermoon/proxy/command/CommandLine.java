package io.undermoon.proxy.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of {@code commands.txt}; the file describes its columns.
 *
 * @param name the full name in lower case
 * @param firstKey the legacy position of the first key, 0 for none; keys are found by the key specs
 */
record CommandLine(
        String name,
        int arity,
        Set<CommandFlag> flags,
        int firstKey,
        int lastKey,
        int step,
        List<String> categories,
        List<KeySpec> keySpecs,
        List<String> tips) {
    private static final int COLUMNS = 9;
    private static final Pattern TERM = Pattern.compile("([a-z]+)(?:\\(([^)]*)\\))?");

    CommandLine {
        flags = Collections.unmodifiableSet(
                flags.isEmpty() ? EnumSet.noneOf(CommandFlag.class) : EnumSet.copyOf(flags));
        categories = List.copyOf(categories);
        keySpecs = List.copyOf(keySpecs);
        tips = List.copyOf(tips);
    }

    boolean hasKeys() {
        return keySpecs.stream().anyMatch(KeySpec::isKey);
    }

    boolean isSubcommand() {
        return name.indexOf('|') >= 0;
    }

    /** The container of a sub-command, or the name itself. */
    String containerName() {
        int bar = name.indexOf('|');
        return bar < 0 ? name : name.substring(0, bar);
    }

    String simpleName() {
        return name.substring(name.indexOf('|') + 1);
    }

    /**
     * @throws IllegalArgumentException if the line is not one of the table
     */
    static CommandLine parse(String line) {
        String[] cells = line.strip().split("\\s+", -1);
        if (cells.length != COLUMNS) {
            throw new IllegalArgumentException("not " + COLUMNS + " columns: " + line);
        }
        List<KeySpec> keySpecs = new ArrayList<>();
        for (String spec : list(cells[7], ";")) {
            keySpecs.add(keySpec(spec));
        }
        return new CommandLine(
                cells[0],
                Integer.parseInt(cells[1]),
                commandFlags(cells[2]),
                Integer.parseInt(cells[3]),
                Integer.parseInt(cells[4]),
                Integer.parseInt(cells[5]),
                list(cells[6], ","),
                keySpecs,
                list(cells[8], ","));
    }

    private static Set<CommandFlag> commandFlags(String cell) {
        Set<CommandFlag> flags = EnumSet.noneOf(CommandFlag.class);
        for (String flag : list(cell, ",")) {
            flags.add(CommandFlag.valueOf(flag.toUpperCase(Locale.ROOT)));
        }
        return flags;
    }

    private static KeySpec keySpec(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("not <flags>:<begin>:<find>: " + text);
        }
        Set<KeyFlag> flags = EnumSet.noneOf(KeyFlag.class);
        for (String flag : list(parts[0], ",")) {
            flags.add(keyFlag(flag));
        }
        return new KeySpec(flags, begin(parts[1]), find(parts[2]));
    }

    private static KeyFlag keyFlag(String wireName) {
        for (KeyFlag flag : KeyFlag.values()) {
            if (flag.wireName().equals(wireName)) {
                return flag;
            }
        }
        throw new IllegalArgumentException("unknown key flag " + wireName);
    }

    private static KeySpec.Begin begin(String text) {
        Matcher term = term(text);
        String[] values = values(term);
        return switch (term.group(1)) {
            case "index" -> new KeySpec.Begin(KeySpec.BeginKind.INDEX, Integer.parseInt(values[0]), "");
            case "keyword" -> new KeySpec.Begin(KeySpec.BeginKind.KEYWORD, Integer.parseInt(values[1]), values[0]);
            case "unknown" -> new KeySpec.Begin(KeySpec.BeginKind.UNKNOWN, 0, "");
            default -> throw new IllegalArgumentException("keys cannot begin at " + text);
        };
    }

    private static KeySpec.Find find(String text) {
        Matcher term = term(text);
        int[] numbers = term.group(1).equals("unknown")
                ? new int[3]
                : Arrays.stream(values(term)).mapToInt(Integer::parseInt).toArray();
        return switch (term.group(1)) {
            case "range" -> new KeySpec.Find(KeySpec.FindKind.RANGE, numbers[0], 0, numbers[1], numbers[2]);
            case "keynum" -> new KeySpec.Find(KeySpec.FindKind.KEYNUM, numbers[0], numbers[1], numbers[2], 0);
            case "unknown" -> new KeySpec.Find(KeySpec.FindKind.UNKNOWN, 0, 0, 1, 0);
            default -> throw new IllegalArgumentException("keys cannot be found by " + text);
        };
    }

    private static Matcher term(String text) {
        Matcher term = TERM.matcher(text);
        if (!term.matches()) {
            throw new IllegalArgumentException("not a term of a key spec: " + text);
        }
        return term;
    }

    private static String[] values(Matcher term) {
        String values = term.group(2);
        return values == null ? new String[0] : values.split(",", -1);
    }

    private static List<String> list(String cell, String separator) {
        return cell.equals("-") ? List.of() : List.of(cell.split(Pattern.quote(separator), -1));
    }
}
