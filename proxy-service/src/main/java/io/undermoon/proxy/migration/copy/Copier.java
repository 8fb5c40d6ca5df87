package io.undermoon.proxy.migration.copy;

import static java.util.Objects.requireNonNull;

import io.undermoon.proxy.backend.DirectConnection;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.migration.record.Calls;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Copies the keys of slots to the destination: all that a {@code SCAN} of the source finds, and each that is reported to have
 * changed, as it is by then.
 *
 * <p>A key that changes after its value was asked for is reported after that, and copied again. Values are asked for on one
 * connection and restored on one, so of two copies of a key the later one is restored later. Nothing depends on how often or
 * in which order keys are copied, only on that each is copied after its last change.
 *
 * <p>What is held is bounded: the keys of two batches of the scan, those that have changed, and of values what the connection
 * to the destination does not take at once. Owned by the migration event loop.
 */
final class Copier implements KeyCopy.Owner {
    private static final Logger LOG = Logger.getLogger(Copier.class);

    /** Values that are asked for at once may take so much memory together at the source; a single one may take more. */
    private static final long MAX_BYTES_IN_FLIGHT = 8L << 20;

    /** Values up to this size are small. */
    private static final long SMALL = 16 << 10;

    /**
     * After so many small values in a row the scan's keys are no longer asked for their sizes, until a value is not small. It meets
     * keys in the order of their hashes, so if many of the others were large, one of these would have been. Keys that change are
     * no such sample.
     */
    private static final int SMALL_ENOUGH = 1000;

    private static final String ANY_SIZE = Long.toString(1L << 40);

    /** Little enough to be copied while commands are held. */
    private static final int FEW_KEYS = 32;

    /** Who is told how it goes. */
    interface Listener {
        /** What is missing can be copied while commands are held. */
        void converged();

        void copyFailed(String reason);
    }

    private final ProxyLoop loop;
    private final DirectConnection source;
    private final DirectConnection destination;
    private final SlotRanges slots;
    private final RateLimiter limiter;
    private final CopyCounters counters;
    private final ScanPlan plan;
    private final boolean knowsTime;

    /** How large an argument the destination takes. */
    private final long largestArgument;

    private final Listener listener;

    private final ArrayDeque<byte[]> found = new ArrayDeque<>();
    /** They wait until the scan is through, while they take little memory: the scan comes to many of them, or they change again. */
    private final ChangedKeys changed = new ChangedKeys();

    private final ArrayDeque<KeyCopy> sized = new ArrayDeque<>();

    private String cursor = "0";
    private boolean scanning;
    private boolean scanned;
    private long nextScanNanos = System.nanoTime();
    private int inFlight;
    private long bytesInFlight;
    private int smallInARow;
    private boolean takesAnySize;
    private boolean stopped;
    private boolean announces;
    private long allowedMillis;
    private @Nullable Runnable drained;

    /** When to go on at the latest; null while nothing but an answer is waited for. */
    private @Nullable Long wakeNanos;

    /**
     * How the source is scanned.
     *
     * @param count keys looked at by one command
     * @param intervalNanos at least between two commands
     */
    record ScanPlan(int count, long intervalNanos) {}

    Copier(
            ProxyLoop loop,
            DirectConnection source,
            DirectConnection destination,
            SlotRanges slots,
            RateLimiter limiter,
            CopyCounters counters,
            ScanPlan plan,
            long largestArgument,
            boolean knowsTime,
            Listener listener) {
        this.loop = loop;
        this.source = source;
        this.destination = destination;
        this.slots = slots;
        this.limiter = limiter;
        this.counters = counters;
        this.plan = plan;
        this.largestArgument = largestArgument;
        this.knowsTime = knowsTime;
        this.listener = listener;
    }

    /**
     * Copies, or goes on, until what is missing can be copied in so many milliseconds; then says so, once.
     */
    void copyUntil(long millis) {
        drained = null;
        announces = true;
        allowedMillis = millis;
        pump();
    }

    /** Copies what is missing without regard to limits, and calls back when nothing is. No key changes meanwhile. */
    void drain(Runnable whenDone) {
        announces = false;
        drained = whenDone;
        pump();
    }

    void stop() {
        stopped = true;
    }

    /** A key may have changed. */
    void changed(byte[] key) {
        changed.add(key);
        counters.dirty(changed.size());
        if (scanned || changed.isLarge()) {
            pump();
        }
    }

    /** The destination takes more again. */
    void writable() {
        source.reading(true);
        pump();
    }

    private void pump() {
        if (stopped) {
            return;
        }
        askValues();
        scanAhead();
        long now = System.nanoTime();
        while (!stopped && inFlight < window() && hasKey() && source.isWritable() && destination.isWritable()) {
            long delay = drained == null ? limiter.delayNanos(now) : 0;
            if (delay > 0) {
                wake(delay);
                break;
            }
            begin();
        }
        report();
    }

    private int window() {
        return drained == null ? limiter.window() : Math.max(256, limiter.window());
    }

    private boolean hasKey() {
        return !found.isEmpty() || mayCopyChanges();
    }

    private boolean mayCopyChanges() {
        return !changed.isEmpty() && (scanned || drained != null || changed.isLarge());
    }

    private void begin() {
        boolean isFound = !mayCopyChanges();
        byte[] key = isFound ? found.remove() : changed.take();
        if (isFound) {
            changed.remove(key);
        }
        counters.dirty(changed.size());
        inFlight++;
        limiter.keyStarted();
        KeyCopy copy = new KeyCopy(this, key, source, destination, knowsTime);
        if (isFound && smallInARow >= SMALL_ENOUGH && sized.isEmpty()) {
            bytesInFlight += SMALL;
            copy.askValue(SMALL);
        } else {
            copy.askSize();
        }
    }

    @Override
    public void sized(KeyCopy copy) {
        sized.add(copy);
        askValues();
    }

    private void askValues() {
        for (KeyCopy next = sized.peek(); next != null && mayAsk(next); next = sized.peek()) {
            sized.remove();
            bytesInFlight += next.size();
            next.askValue();
        }
    }

    /**
     * Has the destination take arguments of any size: a value may be larger serialized than what a client could ever send at
     * once. That stays so; it is a limit against clients, who have the proxy's.
     */
    private void takeAnySize() {
        for (String limit : List.of("client-query-buffer-limit", "proto-max-bulk-len")) {
            CompletableFuture<RespValue> answer = new CompletableFuture<>();
            destination.send(
                    CommandFrame.of(List.of("CONFIG", "SET", limit, ANY_SIZE)),
                    Calls.collector("CONFIG SET " + limit + " at " + destination.endpoint(), answer));
            answer.whenComplete((reply, problem) -> {
                if (problem != null) {
                    // The value may fit all the same; if it does not, RESTORE says so.
                    LOG.warnf("a large value may need a larger %s: %s", limit, Calls.reason(problem));
                }
            });
        }
    }

    private boolean mayAsk(KeyCopy next) {
        return bytesInFlight == 0 || bytesInFlight + next.size() <= MAX_BYTES_IN_FLIGHT;
    }

    @Override
    public void begins(long length) {
        smallInARow = length > SMALL ? 0 : smallInARow + 1;
        if (length > largestArgument / 2 && !takesAnySize) {
            takesAnySize = true;
            takeAnySize();
        }
    }

    @Override
    public void passed(int bytes) {
        limiter.bytesCopied(bytes);
        counters.bytes(bytes);
        if (!destination.isWritable()) {
            source.reading(false);
        }
    }

    @Override
    public void copied(KeyCopy copy) {
        inFlight--;
        bytesInFlight -= copy.size();
        counters.key();
        pump();
    }

    @Override
    public void failed(String reason) {
        if (!stopped) {
            stopped = true;
            listener.copyFailed(reason);
        }
    }

    private void scanAhead() {
        long now = System.nanoTime();
        if (scanned || scanning || found.size() > plan.count()) {
            return;
        }
        if (now < nextScanNanos) {
            wake(nextScanNanos - now);
            return;
        }
        scanning = true;
        nextScanNanos = now + plan.intervalNanos();
        CompletableFuture<RespValue> answer = new CompletableFuture<>();
        source.send(
                CommandFrame.of(List.of("SCAN", cursor, "COUNT", Integer.toString(plan.count()))),
                Calls.collector("SCAN of " + source.endpoint(), answer));
        answer.whenComplete((reply, problem) -> {
            scanning = false;
            if (problem != null) {
                failed(Calls.reason(problem));
            } else if (!stopped) {
                take(Calls.items(reply));
                pump();
            }
        });
    }

    private void take(List<RespValue> reply) {
        cursor = Calls.text(reply.get(0));
        scanned = cursor.equals("0");
        List<RespValue> keys = Calls.items(reply.get(1));
        counters.scanned(keys.size());
        List<byte[]> moving = new ArrayList<>();
        for (RespValue key : keys) {
            if (key instanceof RespValue.Bulk bulk && slots.contains(Slot.of(bulk.bytes()))) {
                moving.add(bulk.bytes());
            }
        }
        found.addAll(moving);
    }

    private void report() {
        if (!scanned || !found.isEmpty() || stopped) {
            return;
        }
        int missing = changed.size() + inFlight;
        Runnable whenDone = drained;
        if (whenDone != null && missing == 0) {
            drained = null;
            whenDone.run();
        } else if (announces && missing <= FEW_KEYS + counters.keysPerSecond() * allowedMillis / 1000) {
            announces = false;
            requireNonNull(listener).converged();
        }
    }

    private void wake(long delayNanos) {
        long at = System.nanoTime() + delayNanos;
        if (wakeNanos == null || at - wakeNanos < 0) {
            wakeNanos = at;
            loop.eventLoop().schedule(() -> woken(at), delayNanos, TimeUnit.NANOSECONDS);
        }
    }

    private void woken(long at) {
        if (wakeNanos != null && wakeNanos == at) {
            wakeNanos = null;
            pump();
        }
    }
}
