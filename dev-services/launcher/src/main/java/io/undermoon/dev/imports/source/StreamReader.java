package io.undermoon.dev.imports.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Understands the commands of a stream of replication as far as it says what has changed. Not thread-safe. */
final class StreamReader {
    /** What a command changed. */
    enum Effect {
        /** The keys that are told, if any. */
        KEYS,
        /** All keys. */
        EVERYTHING,
        /** Libraries of functions. */
        FUNCTIONS
    }

    /** Commands that change keys in a database that is not selected. */
    private static final Set<String> INTO_OTHER_DATABASES = Set.of("move", "copy");

    private final KeyPositions positions;
    private final int wantedDatabase;
    private int database;
    private String name = "";
    private Effect effect = Effect.KEYS;

    StreamReader(KeyPositions positions, int wantedDatabase) {
        this.positions = positions;
        this.wantedDatabase = wantedDatabase;
    }

    void select(int number) {
        database = number;
    }

    int database() {
        return database;
    }

    /** The name of the last command, in lower case. */
    String name() {
        return name;
    }

    /** What the last command changed. */
    Effect effect() {
        return effect;
    }

    /** The keys that a command may have changed in the database that is wanted. */
    List<byte[]> keys(List<byte[]> command) throws IOException {
        name = text(command, 0).toLowerCase(Locale.ROOT);
        effect = Effect.KEYS;
        switch (name) {
            case "select" -> database = Integer.parseInt(text(command, 1));
            case "flushall" -> effect = Effect.EVERYTHING;
            case "flushdb" -> effect = database == wantedDatabase ? Effect.EVERYTHING : Effect.KEYS;
            case "swapdb" -> effect = isSwapped(command) ? Effect.EVERYTHING : Effect.KEYS;
            case "function" -> effect = Effect.FUNCTIONS;
            default -> {
                if (database == wantedDatabase || INTO_OTHER_DATABASES.contains(name)) {
                    return positions.of(name, command);
                }
            }
        }
        return List.of();
    }

    private boolean isSwapped(List<byte[]> command) {
        String wanted = String.valueOf(wantedDatabase);
        return text(command, 1).equals(wanted) || text(command, 2).equals(wanted);
    }

    private static String text(List<byte[]> command, int index) {
        return new String(command.get(index), StandardCharsets.UTF_8);
    }
}
