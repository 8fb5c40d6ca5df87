package io.undermoon.proxy.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Makes {@code docs/commands.md} of the command table. */
final class CommandsDocument {
    private static final String HEAD = """
            # Commands

            What a proxy does with each command. This file is generated from the table that the proxy itself goes by; when it is not up to
            date, `CommandsDocumentTest` fails and says how to write it anew.

            The arity is as Redis counts: the name is included, and -2 means two or more. *Since* is where the table has the command from: 7.0
            is what a Redis 7.0 lists; *later* are Redis 7.2 to 8.4 and Valkey up to 9.0, and a node must be as new to run them. Whether
            a user may send a command is another matter: see [security](security.md).

            """;

    private static final Set<String> ANSWERED_BY_NODES = Set.of("debug", "latency", "memory", "pfdebug", "pfselftest");

    /** Of these containers, but answered without {@code backend_admin_commands}, too. */
    private static final Set<String> ALWAYS_ANSWERED = Set.of("latency|histogram", "memory|doctor", "memory|stats");

    private CommandsDocument() {}

    static String of(CommandTable table) {
        Map<String, String> since = sections();
        StringBuilder text = new StringBuilder(HEAD);
        row(text, "what becomes of it", "commands");
        row(text, "---", "---");
        for (Policy policy : Policy.values()) {
            long count = table.all().stream()
                    .filter(command -> !command.isContainer() && command.policy() == policy)
                    .count();
            row(text, fate(policy), Long.toString(count));
        }
        text.append('\n');
        row(text, "command", "arity", "since", "what becomes of it");
        row(text, "---", "---", "---", "---");
        for (Command command : table.all()) {
            if (!command.isContainer()) {
                String name = command.name().replace('|', ' ').toUpperCase(Locale.ROOT);
                String section = since.getOrDefault(command.name(), "?");
                row(text, "`" + name + "`", Integer.toString(command.arity()), section, fate(command));
            }
        }
        return text.toString();
    }

    private static void row(StringBuilder text, String... cells) {
        for (String cell : cells) {
            text.append("| ").append(cell).append(' ');
        }
        text.append("|\n");
    }

    private static String fate(Command command) {
        return switch (command.policy()) {
            case FORWARD -> forwarded(command);
            case REFUSE -> "refused: " + reason(command);
            case LOCAL ->
                ANSWERED_BY_NODES.contains(command.line().containerName()) && !ALWAYS_ANSWERED.contains(command.name())
                        ? "answered by the nodes with `backend_admin_commands`, else refused"
                        : fate(Policy.LOCAL);
            case SPLIT, GATHER, BLOCK, SESSION, PUBSUB, MONITOR, TRACK, NOT_YET -> fate(command.policy());
        };
    }

    private static String reason(Command command) {
        RefusalReason reason = RefusalReason.of(command);
        if (reason == null) {
            throw new IllegalStateException(
                    "RefusalReason says nothing of " + command.name() + ", which is refused; add it to a reason");
        }
        return reason.text();
    }

    private static String fate(Policy policy) {
        return switch (policy) {
            case FORWARD -> "forwarded by key";
            case SPLIT -> "forwarded by key, and split over the slots with active redirection";
            case GATHER -> "over all masters behind the proxy, or of the cluster with active redirection";
            case BLOCK -> "forwarded by key, and waits on a connection of the client's own";
            case SESSION -> "part of a transaction within one slot";
            case PUBSUB -> "at the owner of the channel's slot, for patterns at every master";
            case MONITOR -> "shows the commands of all clients of the proxy";
            case TRACK -> "client-side caching, on connections of the client's own";
            case LOCAL -> "answered by the proxy";
            case REFUSE -> "refused";
            case NOT_YET -> "not served by this version";
        };
    }

    private static String forwarded(Command command) {
        if (!command.hasKeys()) {
            return "forwarded to any node";
        }
        if (command.has(CommandFlag.BLOCKING)) {
            return "forwarded by key; with `BLOCK` waits on a connection of the client's own";
        }
        return command.has(CommandFlag.NO_MANDATORY_KEYS)
                ? "forwarded by key, without keys to any node"
                : "forwarded by key";
    }

    /** The section of {@code commands.txt} that each name is in. */
    private static Map<String, String> sections() {
        Map<String, String> sections = new HashMap<>();
        try (InputStream resource = CommandTable.class.getResourceAsStream("commands.txt");
                BufferedReader reader = new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
            String section = "";
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith("# === ")) {
                    section = section(line);
                } else if (!line.isBlank() && !line.startsWith("#")) {
                    sections.put(CommandLine.parse(line).name(), section);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sections;
    }

    private static String section(String heading) {
        if (heading.startsWith("# === Redis 7.0")) {
            return "7.0";
        }
        return heading.startsWith("# === Later") ? "later" : "undermoon";
    }
}
