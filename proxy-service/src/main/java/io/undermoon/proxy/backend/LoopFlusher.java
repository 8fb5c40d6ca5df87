package io.undermoon.proxy.backend;

import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;

/**
 * Flushes, once per turn of an event loop, every connection that got output in that turn. A turn reads all sockets that
 * are ready and then runs the loop's tasks, this one among them: so the commands of many clients leave in one system
 * call per node, and the replies to a client's pipeline in one as well. Owned by the loop.
 */
public final class LoopFlusher implements Runnable {
    /** A connection whose output is flushed at the end of the turn. */
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

    /** Flushes a connection at the end of the turn. A connection calls this at most once before each flush. */
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
