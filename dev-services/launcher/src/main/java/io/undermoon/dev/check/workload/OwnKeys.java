package io.undermoon.dev.check.workload;

import io.undermoon.dev.check.Keyspace;

/**
 * The keys that one writer alone writes: a fixed number of places with a name each. When the outcome of a write is
 * unknown, so that it may still take effect later, its name is abandoned and the place gets a new one.
 */
final class OwnKeys {
    private final Keyspace keys;
    private final String workload;
    private final int writer;
    private final int[] generations;

    OwnKeys(Keyspace keys, String workload, int writer, int places) {
        this.keys = keys;
        this.workload = workload;
        this.writer = writer;
        this.generations = new int[places];
    }

    int places() {
        return generations.length;
    }

    String name(int place) {
        return keys.key(workload, writer + "-" + place + "-" + generations[place]);
    }

    /** Abandons the present name. */
    void renew(int place) {
        generations[place]++;
    }
}
