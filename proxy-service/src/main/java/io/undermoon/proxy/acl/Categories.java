package io.undermoon.proxy.acl;

import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandTable;
import java.util.List;
import java.util.Locale;

/** The ACL categories of commands, in the order of Redis. */
public final class Categories {
    private static final List<String> NAMES = List.of(
            "keyspace",
            "read",
            "write",
            "set",
            "sortedset",
            "list",
            "hash",
            "string",
            "bitmap",
            "hyperloglog",
            "geo",
            "stream",
            "pubsub",
            "admin",
            "fast",
            "slow",
            "blocking",
            "dangerous",
            "connection",
            "transaction",
            "scripting");

    private Categories() {}

    public static List<String> names() {
        return NAMES;
    }

    /** The commands and sub-commands of a category in any case; none if there is no such category. */
    public static List<Command> commandsOf(String category, CommandTable table) {
        String name = category.toLowerCase(Locale.ROOT);
        return table.all().stream()
                .filter(command -> command.categories().contains(name))
                .toList();
    }
}
