package io.undermoon.dev.check;

/**
 * The names of one run's keys, such as {@code check:k3v9:counter:{1.counter.17}}: the run comes first, so that runs do
 * not share keys, and the hash tag depends on the seed alone, so that a run with the same seed uses the same slots.
 */
public record Keyspace(String run, long seed) {
    private static final String PREFIX = "check:";

    /** What the names of all keys of this run begin with. */
    public String prefix() {
        return PREFIX + run + ":";
    }

    public String key(String workload, Object name) {
        return prefix() + workload + ":" + tag(workload, name);
    }

    /** One of several keys of a slot. */
    public String key(String workload, Object name, String part) {
        return key(workload, name) + ":" + part;
    }

    private String tag(String workload, Object name) {
        return "{" + Long.toString(seed, Character.MAX_RADIX) + "." + workload + "." + name + "}";
    }
}
