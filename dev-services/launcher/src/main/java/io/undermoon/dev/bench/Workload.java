package io.undermoon.dev.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * What the clients send. Keys are numbers of a fixed width, as redis-benchmark makes them; those of one MGET share a
 * slot.
 */
public enum Workload {
    GET,
    SET,
    /** {@code MGET} of {@value #MGET_KEYS} keys of one hash tag. */
    MGET,
    /** Four of five commands are GET, the fifth is SET. */
    MIXED;

    private static final int MGET_KEYS = 10;
    private static final int MIXED_CYCLE = 5;
    private static final int KEY_DIGITS = 12;
    private static final String KEY = "key:";
    private static final String TAGGED_KEY = "{bench}:";

    /**
     * One command.
     *
     * @param number its running number, which decides what a mixed set does
     * @param key the number of its key, or of the first of its keys
     * @param keys how many different keys there are
     */
    List<String> command(int number, int key, int keys, String value) {
        return switch (this) {
            case GET -> get(key);
            case SET -> set(key, value);
            case MIXED -> number % MIXED_CYCLE == 0 ? set(key, value) : get(key);
            case MGET -> {
                List<String> command = new ArrayList<>(List.of("MGET"));
                for (int i = 0; i < MGET_KEYS; i++) {
                    command.add(key(TAGGED_KEY, (key + i) % keys));
                }
                yield command;
            }
        };
    }

    /** The commands that store everything any workload reads. */
    static List<List<String>> stored(int keys, String value) {
        List<List<String>> commands = new ArrayList<>();
        for (int i = 0; i < keys; i++) {
            commands.add(set(i, value));
            commands.add(List.of("SET", key(TAGGED_KEY, i), value));
        }
        return commands;
    }

    /** What redis-benchmark has to be told for this workload; empty if it cannot do it. */
    List<String> redisBenchmarkArguments(int valueBytes) {
        return switch (this) {
            case GET -> List.of("-t", "get");
            case SET -> List.of("-t", "set", "-d", String.valueOf(valueBytes));
            case MIXED -> List.of();
            case MGET -> {
                List<String> command = new ArrayList<>(List.of("MGET"));
                for (int i = 0; i < MGET_KEYS; i++) {
                    command.add(TAGGED_KEY + "__rand_int__");
                }
                yield command;
            }
        };
    }

    private static List<String> get(int key) {
        return List.of("GET", key(KEY, key));
    }

    private static List<String> set(int key, String value) {
        return List.of("SET", key(KEY, key), value);
    }

    private static String key(String prefix, int number) {
        String digits = String.valueOf(number);
        return prefix + "0".repeat(KEY_DIGITS - digits.length()) + digits;
    }
}
