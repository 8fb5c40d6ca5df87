package io.undermoon.dev.bench.failover;

import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.HostPort;
import java.util.List;

/**
 * A cluster whose parts can be made to fail, and put right again. Not thread-safe, but for {@link #close}, which a
 * shutdown hook may call at any time.
 */
interface FailingCluster extends AutoCloseable {
    String name();

    /**
     * Starts it, once.
     *
     * @throws LaunchException if something does not start; what does is left until {@link #close}
     */
    void start();

    /** Where clients begin. */
    List<HostPort> seeds();

    boolean has(Fault fault);

    /** Slots that the fault makes unavailable: one of each master that it concerns. They are always the same. */
    List<Integer> slots(Fault fault);

    /**
     * Prepares a fault of what serves its slots, so that nothing has to be found out when it happens.
     *
     * @return makes it happen; when it returns, it has
     */
    Runnable prepare(Fault fault);

    /** Puts everything right again, and returns when there are as many copies as at first. */
    void recover();

    @Override
    void close();
}
