package io.undermoon.proxy.client;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The state of {@code CLIENT PAUSE}. Of two pauses at a time the later end and the stricter mode apply, as in Redis.
 * Thread-safe.
 */
public final class ClientPause {
    /** The commands that are paused. */
    public enum Mode {
        NONE,
        WRITE,
        ALL
    }

    /**
     * A pause, or none.
     *
     * @param endNanos end of the pause, as {@link System#nanoTime}
     */
    public record State(Mode mode, long endNanos) {
        /** Remaining time; 0 or less when there is no pause or it has ended. */
        public long nanosLeft() {
            return mode == Mode.NONE ? 0 : endNanos - System.nanoTime();
        }
    }

    private static final State NONE = new State(Mode.NONE, 0);

    /** The maximum length of a pause, about 146 years: its end must fit {@link System#nanoTime} arithmetic. */
    private static final long MAX_MILLIS = TimeUnit.NANOSECONDS.toMillis(Long.MAX_VALUE) / 2;

    private final List<Supplier<CompletionStage<?>>> listeners = new CopyOnWriteArrayList<>();
    private volatile State state = NONE;

    public State state() {
        return state;
    }

    /** Adds a listener; its stage completes when the listener applies the change. */
    public void onChange(Supplier<CompletionStage<?>> listener) {
        listeners.add(listener);
    }

    /** Starts a pause; completes when every event loop holds back the paused commands. */
    public CompletionStage<@Nullable Void> pause(Mode mode, long millis) {
        synchronized (this) {
            State before = state;
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.min(millis, MAX_MILLIS));
            boolean runs = before.nanosLeft() > 0;
            state = new State(
                    runs && before.mode().compareTo(mode) > 0 ? before.mode() : mode,
                    runs && before.endNanos() - end > 0 ? before.endNanos() : end);
        }
        return tell();
    }

    /** Ends the pause; completes when every event loop applies that. */
    public CompletionStage<@Nullable Void> unpause() {
        synchronized (this) {
            state = NONE;
        }
        return tell();
    }

    private CompletionStage<@Nullable Void> tell() {
        return CompletableFuture.allOf(listeners.stream()
                .map(listener -> listener.get().toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }
}
