package io.undermoon.proxy.migration;

import io.undermoon.umctl.MigrationProgress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The last reports of the newest migrations from this proxy that have ended, so that who looks after the end can tell
 * what they did. In memory only. Thread-safe.
 */
final class EndedMigrations {
    /** One scaling of a large cluster; a report has some hundred bytes. */
    static final int MAX = 256;

    private final Deque<MigrationProgress> reports = new ArrayDeque<>();

    synchronized void add(MigrationProgress last) {
        if (reports.size() == MAX) {
            reports.removeLast();
        }
        reports.addFirst(last);
    }

    /** The newest first. */
    synchronized List<MigrationProgress> newestFirst() {
        return List.copyOf(reports);
    }
}
