package io.undermoon.proxy.testing;

import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;

/** A test class whose tests open servers, proxies and clients as they go; what was opened last is closed first. */
public abstract class OpensResources {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    protected final <T extends AutoCloseable> T opened(T resource) {
        open.push(resource);
        return resource;
    }

    /** Closes one before its test ends. */
    protected final void close(AutoCloseable resource) throws Exception {
        open.remove(resource);
        resource.close();
    }

    @AfterEach
    void closeOpened() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }
}
