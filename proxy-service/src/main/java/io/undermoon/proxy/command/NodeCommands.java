package io.undermoon.proxy.command;

import io.undermoon.resp.RespValue;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A parser of a node's RESP2 reply to {@code COMMAND}: of Redis 7, or of an older version, which describes keys only by
 * first key, last key and step. Unknown flags are left out. If the node does not describe all keys of a command, none
 * are kept, so that the command has no known slot.
 */
public final class NodeCommands {
    private static final int OLDEST_LENGTH = 6;
    private static final RespValue NOTHING = new RespValue.Array(List.of());

    private final List<CommandLine> lines = new ArrayList<>();

    private NodeCommands() {}

    /**
     * Reads the reply.
     *
     * @throws IllegalArgumentException the reply has another shape
     */
    public static NodeCommands of(RespValue reply) {
        NodeCommands commands = new NodeCommands();
        try {
            commands.addAll(items(reply));
        } catch (IndexOutOfBoundsException | ClassCastException | ArithmeticException e) {
            throw new IllegalArgumentException("the reply to COMMAND has an unknown shape: " + e.getMessage(), e);
        }
        return commands;
    }

    /** The commands, each followed by its sub-commands. */
    List<CommandLine> lines() {
        return lines;
    }

    private void addAll(List<RespValue> commands) {
        for (RespValue command : commands) {
            List<RespValue> fields = items(command);
            if (fields.size() >= OLDEST_LENGTH) {
                lines.add(line(fields));
                addAll(list(fields, 9));
            }
        }
    }

    private static CommandLine line(List<RespValue> fields) {
        Set<CommandFlag> flags = EnumSet.noneOf(CommandFlag.class);
        for (RespValue flag : list(fields, 2)) {
            for (CommandFlag known : CommandFlag.values()) {
                if (known.wireName().equals(text(flag))) {
                    flags.add(known);
                }
            }
        }
        List<KeySpec> specs = fields.size() > 8
                ? list(fields, 8).stream().map(NodeCommands::keySpec).toList()
                : legacySpecs(fields);
        return new CommandLine(
                text(fields.get(0)).toLowerCase(Locale.ROOT),
                number(fields.get(1)),
                flags,
                number(fields.get(3)),
                number(fields.get(4)),
                number(fields.get(5)),
                list(fields, 6).stream()
                        .map(category -> text(category).replaceFirst("^@", ""))
                        .toList(),
                tellAll(specs, flags) ? specs : List.of(),
                list(fields, 7).stream().map(NodeCommands::text).toList());
    }

    private static boolean tellAll(List<KeySpec> specs, Set<CommandFlag> flags) {
        boolean movable = flags.contains(CommandFlag.MOVABLEKEYS);
        return specs.stream()
                .noneMatch(spec -> spec.isUnknown() || movable && spec.flags().contains(KeyFlag.INCOMPLETE));
    }

    /** The key spec of an old node, which has none; movable keys are not fully described by these numbers. */
    private static List<KeySpec> legacySpecs(List<RespValue> fields) {
        int first = number(fields.get(3));
        if (first == 0) {
            return List.of();
        }
        int last = number(fields.get(4));
        KeySpec.Begin begin = new KeySpec.Begin(KeySpec.BeginKind.INDEX, first, "");
        int lastFromFirst = last < 0 ? last : last - first;
        return List.of(new KeySpec(
                Set.of(KeyFlag.INCOMPLETE),
                begin,
                new KeySpec.Find(KeySpec.FindKind.RANGE, lastFromFirst, 0, Math.max(1, number(fields.get(5))), 0)));
    }

    private static KeySpec keySpec(RespValue spec) {
        Map<String, RespValue> parts = map(spec);
        Set<KeyFlag> flags = EnumSet.noneOf(KeyFlag.class);
        for (RespValue flag : items(parts.getOrDefault("flags", NOTHING))) {
            for (KeyFlag known : KeyFlag.values()) {
                if (known.wireName().equals(text(flag))) {
                    flags.add(known);
                }
            }
        }
        return new KeySpec(flags, begin(map(parts.get("begin_search"))), find(map(parts.get("find_keys"))));
    }

    private static KeySpec.Begin begin(Map<String, RespValue> search) {
        Map<String, RespValue> spec = map(search.getOrDefault("spec", NOTHING));
        return switch (text(search.get("type"))) {
            case "index" -> new KeySpec.Begin(KeySpec.BeginKind.INDEX, number(spec.get("index")), "");
            case "keyword" ->
                new KeySpec.Begin(
                        KeySpec.BeginKind.KEYWORD,
                        number(spec.get("startfrom")),
                        text(spec.get("keyword")).toUpperCase(Locale.ROOT));
            default -> new KeySpec.Begin(KeySpec.BeginKind.UNKNOWN, 0, "");
        };
    }

    private static KeySpec.Find find(Map<String, RespValue> search) {
        Map<String, RespValue> spec = map(search.getOrDefault("spec", NOTHING));
        return switch (text(search.get("type"))) {
            case "range" ->
                new KeySpec.Find(
                        KeySpec.FindKind.RANGE,
                        number(spec.get("lastkey")),
                        0,
                        Math.max(1, number(spec.get("keystep"))),
                        number(spec.get("limit")));
            case "keynum" ->
                new KeySpec.Find(
                        KeySpec.FindKind.KEYNUM,
                        number(spec.get("keynumidx")),
                        number(spec.get("firstkey")),
                        Math.max(1, number(spec.get("keystep"))),
                        0);
            default -> new KeySpec.Find(KeySpec.FindKind.UNKNOWN, 0, 0, 1, 0);
        };
    }

    private static List<RespValue> list(List<RespValue> fields, int index) {
        return index < fields.size() ? items(fields.get(index)) : List.of();
    }

    private static List<RespValue> items(RespValue value) {
        return ((RespValue.Array) value).items();
    }

    /** A map as an array of names and values. */
    private static Map<String, RespValue> map(@Nullable RespValue value) {
        if (value == null) {
            return Map.of();
        }
        List<RespValue> items = items(value);
        Map<String, RespValue> map = new HashMap<>();
        for (int i = 0; i + 1 < items.size(); i += 2) {
            map.put(text(items.get(i)), items.get(i + 1));
        }
        return map;
    }

    private static String text(@Nullable RespValue value) {
        if (value == null) {
            throw new ClassCastException("a text is missing");
        }
        return value instanceof RespValue.Simple simple ? simple.text() : ((RespValue.Bulk) value).text();
    }

    private static int number(@Nullable RespValue value) {
        if (value == null) {
            throw new ClassCastException("a number is missing");
        }
        return Math.toIntExact(((RespValue.Int) value).value());
    }
}
