package io.undermoon.proxy.backend;

import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes out, once per turn of an event loop, every connection that was given something to send in that turn. A turn reads
 * all sockets that are ready and then runs its tasks, this one among them; so the commands of many clients leave in one
 * system call per node, and so do the replies to a client's pipeline. Owned by the loop.
 */
public final class LoopFlusher implements Runnable {
    /** A connection with output that waits for the end of the turn. */
    public interface Flushable {
        void flush();
    }

    private final EventExecutor loop;
    private List<Flushable> dirty = new ArrayList<>();
    private List<Flushable> flushing = new ArrayList<>();
    private boolean scheduled;

    LoopFlusher(EventExecutor loop) {
        this.loop = loop;
    }

    /** Has this connection flushed at the end of the turn. A connection calls it once until it is flushed. */
    public void add(Flushable connection) {
        dirty.add(connection);
        if (!scheduled) {
            scheduled = true;
            loop.execute(this);
        }
    }

    @Override
    public void run() {
        scheduled = false;
        List<Flushable> batch = dirty;
        dirty = flushing;
        flushing = batch;
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).flush();
        }
        batch.clear();
    }
}
