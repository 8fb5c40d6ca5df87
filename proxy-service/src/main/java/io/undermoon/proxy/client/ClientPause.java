package io.undermoon.proxy.client;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code CLIENT PAUSE}: until when the proxy's clients have to wait with their commands. Of two pauses at a time the later end
 * and the stricter mode count, as in Redis. Thread-safe.
 */
public final class ClientPause {
    /** Whose commands wait. */
    public enum Mode {
        NONE,
        WRITE,
        ALL
    }

    /**
     * A pause, or none.
     *
     * @param endNanos when it is over, as {@link System#nanoTime}
     */
    public record State(Mode mode, long endNanos) {
        /** How much longer it lasts; at most 0 when there is none or it is over. */
        public long nanosLeft() {
            return mode == Mode.NONE ? 0 : endNanos - System.nanoTime();
        }
    }

    private static final State NONE = new State(Mode.NONE, 0);

    /** Two hundred years; as nanoseconds the rest would not fit. */
    private static final long MAX_MILLIS = TimeUnit.NANOSECONDS.toMillis(Long.MAX_VALUE) / 2;

    private final List<Supplier<CompletionStage<?>>> listeners = new CopyOnWriteArrayList<>();
    private volatile State state = NONE;

    public State state() {
        return state;
    }

    /** Has changes made known; the stage completes when the listener obeys the change. */
    public void onChange(Supplier<CompletionStage<?>> listener) {
        listeners.add(listener);
    }

    /** Pauses; completes when no client's command gets through any more that should not. */
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

    /** Ends the pause. */
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
