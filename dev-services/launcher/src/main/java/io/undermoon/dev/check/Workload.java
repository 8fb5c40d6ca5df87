package io.undermoon.dev.check;

import io.undermoon.dev.clusterclient.ClusterClient;
import java.util.SplittableRandom;

/**
 * One kind of data, the commands that change it, and what must be true of it. In the order of a run: {@link #prepare};
 * {@link #writer} for each writer thread, which then takes steps; when all have ended {@link #settle}; and {@link
 * #verify}, once on the masters and any number of times on replicas. Violations are added to the findings as soon as
 * they are seen.
 */
public interface Workload {
    /** In keys and findings. */
    String name();

    /** How often it gets a step, in relation to the others. */
    int weight();

    /** Makes what the writers take for granted. */
    default void prepare(ClusterClient client) {}

    /**
     * @param number of the writer, counted from 0
     * @param random for this writer and this workload alone
     */
    Writer writer(int number, SplittableRandom random);

    /** Ends what the writers have left open. */
    default void settle(ClusterClient client) {}

    /** Compares all there is with what was acknowledged, refused and left unknown. */
    void verify(View view, Findings findings);

    /** What one thread does. */
    interface Writer {
        /** One command, or a few that belong together. */
        void step(ClusterClient client);
    }
}
