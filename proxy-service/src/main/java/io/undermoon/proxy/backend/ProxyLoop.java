package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.undermoon.proxy.lease.Lease;
import io.undermoon.proxy.lease.LeaseClock;
import io.undermoon.proxy.lease.Term;
import io.undermoon.proxy.stats.LoopStats;

/**
 * One event loop with what belongs to it: the end-of-turn flusher, the counters, the clock, and the settings for
 * connections to backends. Everything but {@link #execute} and {@link #stats} is for the loop itself.
 */
public final class ProxyLoop {
    private final EventLoop eventLoop;
    private final Transport transport;
    private final BackendSettings settings;
    private final LoopStats stats;
    private final LoopFlusher flusher;
    private final NodeRuns runs;

    private final Lease lease;
    private final LeaseClock clock;

    private long nowNanos;
    private long wallMillis;
    private Term term;
    private boolean holdsLease;

    /** A loop whose connections may be to any run of a node, of a proxy without leases. */
    public ProxyLoop(EventLoop eventLoop, Transport transport, BackendSettings settings, LoopStats stats) {
        this(eventLoop, transport, settings, stats, NodeRuns.ALL, new Lease(LeaseClock.SYSTEM));
    }

    /**
     * @param runs the runs of nodes to which the loop's connections may be
     * @param lease under which they are used
     */
    public ProxyLoop(
            EventLoop eventLoop,
            Transport transport,
            BackendSettings settings,
            LoopStats stats,
            NodeRuns runs,
            Lease lease) {
        this.eventLoop = eventLoop;
        this.lease = lease;
        this.clock = lease.clock();
        this.term = lease.term();
        this.nowNanos = clock.nanos();
        this.holdsLease = lease.isHeld();
        this.transport = transport;
        this.settings = settings;
        this.stats = stats;
        this.flusher = new LoopFlusher(eventLoop);
        this.runs = runs;
    }

    public EventLoop eventLoop() {
        return eventLoop;
    }

    public Transport transport() {
        return transport;
    }

    public BackendSettings settings() {
        return settings;
    }

    public LoopStats stats() {
        return stats;
    }

    NodeRuns runs() {
        return runs;
    }

    public LoopFlusher flusher() {
        return flusher;
    }

    public ByteBufAllocator allocator() {
        return PooledByteBufAllocator.DEFAULT;
    }

    /** Runs a task on the loop; from any thread. */
    public void execute(Runnable task) {
        eventLoop.execute(task);
    }

    /** Reads the clocks and looks at the lease; called once per read of a socket. */
    public void beginBurst() {
        Term present = lease.term();
        term = present;
        nowNanos = clock.nanos();
        if (present.isLimited()) {
            wallMillis = clock.wallMillis();
            holdsLease = present.isHeldAt(nowNanos, wallMillis);
        } else {
            holdsLease = true;
        }
    }

    /** Whether commands of clients may be sent to Redis nodes, as of the last {@link #beginBurst}. */
    public boolean holdsLease() {
        return holdsLease;
    }

    /** The number of the lease as of the last {@link #beginBurst}: another one after each time without. */
    public long leaseNumber() {
        return term.number();
    }

    /** The lease as of the last {@link #beginBurst}. */
    Term term() {
        return term;
    }

    /** The wall clock at the last {@link #beginBurst}, where leases count. */
    long wallMillis() {
        return wallMillis;
    }

    /** The time of the last {@link #beginBurst}, as {@link System#nanoTime}. */
    public long nowNanos() {
        return nowNanos;
    }
}
