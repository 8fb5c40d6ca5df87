package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
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

    private long nowNanos = System.nanoTime();

    /** A loop whose connections may be to any run of a node. */
    public ProxyLoop(EventLoop eventLoop, Transport transport, BackendSettings settings, LoopStats stats) {
        this(eventLoop, transport, settings, stats, NodeRuns.ALL);
    }

    /**
     * @param runs the runs of nodes to which the loop's connections may be
     */
    public ProxyLoop(
            EventLoop eventLoop, Transport transport, BackendSettings settings, LoopStats stats, NodeRuns runs) {
        this.eventLoop = eventLoop;
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

    /** Reads the clock; called once per read of a socket. */
    public void beginBurst() {
        nowNanos = System.nanoTime();
    }

    /** The time of the last {@link #beginBurst}, as {@link System#nanoTime}. */
    public long nowNanos() {
        return nowNanos;
    }
}
