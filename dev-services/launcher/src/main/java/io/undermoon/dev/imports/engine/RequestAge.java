package io.undermoon.dev.imports.engine;

import java.util.concurrent.TimeUnit;

/**
 * For how long this process knows of the request that it was asked last, in whichever attempt. Owned by the thread of
 * the import.
 */
final class RequestAge {
    private String id = "";
    private long sinceNanos;

    /** 0 for a request that was not known yet. */
    long seconds(String request) {
        if (!id.equals(request)) {
            id = request;
            sinceNanos = System.nanoTime();
        }
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - sinceNanos);
    }
}
