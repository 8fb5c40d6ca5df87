package io.undermoon.proxy.backend;

/** A connection that can say when it takes no more for now. On its loop. */
public interface Writable {
    /** Whether what was sent is leaving; while false, those who can should stop sending. */
    boolean isWritable();

    /** Calls back once when the connection is made, is writable again, or is gone. */
    void whenWritable(Runnable callback);
}
