package io.undermoon.dev.check;

import java.util.ArrayList;
import java.util.List;

/** What is wrong with the data. Counts everything and keeps the first of it. Thread-safe. */
public final class Findings {
    private static final int KEPT = 200;

    private final List<Finding> kept = new ArrayList<>();
    private long count;

    /**
     * A violation of what must be true of the data.
     *
     * @param where it was seen: {@code master}, {@code replica 1}
     */
    public record Finding(String workload, String where, String key, String text) {
        @Override
        public String toString() {
            return workload + ", " + where + ", key " + key + ": " + text;
        }
    }

    /** While writing, on a master. */
    public void add(String workload, String key, String text) {
        add(new Finding(workload, "master", key, text));
    }

    synchronized void add(Finding finding) {
        count++;
        if (kept.size() < KEPT) {
            kept.add(finding);
        }
    }

    synchronized void addAll(Findings others, String where) {
        others.kept().forEach(finding -> add(new Finding(finding.workload, where, finding.key, finding.text)));
        count += others.count() - others.kept().size();
    }

    public synchronized long count() {
        return count;
    }

    /** The first findings. */
    public synchronized List<Finding> kept() {
        return List.copyOf(kept);
    }
}
