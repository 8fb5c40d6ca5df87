package io.undermoon.proxy.command;

import io.undermoon.resp.RespValue;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Turns a server's reply to {@code COMMAND} into lines of {@code commands.txt}; whoever takes the table to another
 * version prints them with it.
 */
final class ServerCommandLines {
    private ServerCommandLines() {}

    /** The lines in the order of the table, columns separated by one space. */
    static List<String> of(RespValue reply) {
        TreeMap<String, String> lines = new TreeMap<>();
        for (RespValue command : items(reply)) {
            lines.put(text(items(command).get(0)), line(items(command)));
            for (RespValue subcommand : items(items(command).get(9))) {
                lines.put(text(items(subcommand).get(0)), line(items(subcommand)));
            }
        }
        return new ArrayList<>(lines.values());
    }

    private static String line(List<RespValue> cells) {
        return String.join(
                " ",
                text(cells.get(0)),
                text(cells.get(1)),
                names(cells.get(2)),
                text(cells.get(3)),
                text(cells.get(4)),
                text(cells.get(5)),
                names(cells.get(6)),
                join(
                        items(cells.get(8)).stream()
                                .map(ServerCommandLines::keySpec)
                                .toList(),
                        ";"),
                names(cells.get(7)));
    }

    private static String keySpec(RespValue spec) {
        RespValue begin = member(spec, "begin_search");
        RespValue find = member(spec, "find_keys");
        return names(member(spec, "flags")) + ":" + term(begin) + ":" + term(find);
    }

    private static String term(RespValue search) {
        List<RespValue> fields = items(member(search, "spec"));
        List<String> values = new ArrayList<>();
        for (int i = 1; i < fields.size(); i += 2) {
            values.add(text(fields.get(i)));
        }
        String type = text(member(search, "type"));
        return values.isEmpty() ? type : type + "(" + String.join(",", values) + ")";
    }

    private static RespValue member(RespValue map, String name) {
        List<RespValue> items = items(map);
        for (int i = 0; i < items.size(); i += 2) {
            if (text(items.get(i)).equals(name)) {
                return items.get(i + 1);
            }
        }
        throw new IllegalArgumentException("no " + name + " in " + map);
    }

    private static String names(RespValue list) {
        return join(
                items(list).stream().map(item -> text(item).replace("@", "")).collect(Collectors.toList()), ",");
    }

    private static String join(List<String> values, String separator) {
        return values.isEmpty() ? "-" : String.join(separator, values);
    }

    private static List<RespValue> items(RespValue value) {
        return ((RespValue.Array) value).items();
    }

    private static String text(RespValue value) {
        if (value instanceof RespValue.Bulk bulk) {
            return bulk.text();
        }
        if (value instanceof RespValue.Simple simple) {
            return simple.text();
        }
        return Long.toString(((RespValue.Int) value).value());
    }
}
