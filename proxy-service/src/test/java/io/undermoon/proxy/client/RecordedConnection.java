package io.undermoon.proxy.client;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A connection of a client that notes what it is told. */
final class RecordedConnection implements ClientConnection {
    private final String name;
    private final List<String> events;

    RecordedConnection(String name, List<String> events) {
        this.name = name;
        this.events = events;
    }

    @Override
    public void close() {
        events.add(name + " closed");
    }

    @Override
    public CompletionStage<Boolean> unblock(boolean withError) {
        return CompletableFuture.completedFuture(false);
    }

    @Override
    public void checkLimits() {
        // has no limits
    }

    @Override
    public void checkMemory() {
        // holds what it held
    }

    @Override
    public void memoryFreed() {
        events.add(name + " goes on");
    }

    @Override
    public void evict() {
        events.add(name + " evicted");
    }

    @Override
    public void refuse() {
        events.add(name + " refused");
    }

    @Override
    public void invalidate(byte @Nullable [] keys) {
        events.add(name + " is told of keys");
    }

    @Override
    public ClientFigures figures() {
        return ClientFigures.NONE;
    }
}
