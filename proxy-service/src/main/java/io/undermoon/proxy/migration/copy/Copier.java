package io.undermoon.proxy.migration.copy;

import io.undermoon.proxy.backend.DirectConnection;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.node.ReplyValues;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Copies the keys of slots to the destination: all keys that a {@code SCAN} of the source finds, and each key that is
 * reported as changed, with its present value.
 *
 * <p>The copy is complete when each key was copied after its last change, however often and in whatever order that
 * happens. A key that changes after its value was requested is reported afterwards and copied again. Values are
 * requested on one connection and restored on another, so of two copies of a key the later one is restored later.
 *
 * <p>Keys that the destination has from before may be deleted meanwhile, if that is asked for on the same connection as
 * values are sent on: one of which no copy {@link #hasBegun} is deleted before its copy arrives, and the others are
 * replaced by their copies.
 *
 * <p>Memory is bounded: the keys of two batches of the scan, the changed keys, those of copies that have begun while
 * left-over keys are deleted, and the part of values that the connection to the destination has not yet accepted. Owned
 * by the migration event loop.
 */
final class Copier implements KeyCopy.Owner {
    /** Limit of the memory that all requested values take at the source; a single value may exceed it. */
    private static final long MAX_BYTES_IN_FLIGHT = 8L << 20;

    /** Largest size of a small value. */
    private static final long SMALL_BYTES = 16 << 10;

    /**
     * After so many small values in a row the sizes of scanned keys are no longer requested, until a value is not
     * small. A scan returns keys in the order of their hashes, so it is a random sample: if many of the other keys were
     * large, it would have met one. Changed keys are no such sample; their sizes are always requested. Likewise keys
     * are taken for strings after so many strings in a row.
     */
    private static final int SMALL_SAMPLE = 1000;

    /** So few missing keys can always be copied while commands are held, if they are small. */
    private static final int FEW_KEYS = 32;

    private static final long UNKNOWN = -1;

    private static final int MAX_CHANGED_BYTES = 16 << 20;

    /** Some 300,000 keys of usual length, which are begun in a second or two. */
    private static final int MAX_BEGUN_BYTES = 8 << 20;

    interface Listener {
        /** The missing keys can be copied within the time that was given. */
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
    private final ExpiryTimes expiryTimes;

    private final Listener listener;

    /** Keys found by the scan that are to be copied. */
    private final ArrayDeque<byte[]> found = new ArrayDeque<>();

    /** Copied after the scan, which finds many of them, unless they take much memory. */
    private final CompactKeySet changed = new CompactKeySet(MAX_CHANGED_BYTES);

    /** Keys of known size whose values are to be requested. */
    private final ArrayDeque<KeyCopy> sized = new ArrayDeque<>();

    /** The keys of all copies that have begun; null when no left-over keys are looked for any more. */
    private @Nullable CompactKeySet begunKeys = new CompactKeySet(MAX_BEGUN_BYTES);

    private String cursor = "0";
    private boolean scanning;
    private boolean scanned;
    private long nextScanNanos = System.nanoTime();
    private int inFlight;
    private long bytesInFlight;

    /** Of the keys in flight, how many the scan has found. */
    private int foundInFlight;

    /** The sizes, as far as they are known, of the values that are in flight or wait to be requested. */
    private long missingBytes;

    /** How many copies were begun, and of how many of them the size is known. */
    private long begun;

    private long measured;

    /** How many copies had been begun when few keys were missing; unknown while many are. */
    private long begunWithFew = UNKNOWN;

    private int smallInARow;
    private int stringsInARow;
    private boolean stopped;
    private boolean hurried;
    private boolean noneExpires;
    private boolean reportsConvergence;
    private long allowedMillis;
    private @Nullable Runnable whenDrained;

    /** The time of the next scheduled {@link #pump}; null if only a reply is waited for. */
    private @Nullable Long wakeNanos;

    /**
     * How the source is scanned.
     *
     * @param count keys scanned by one command
     * @param intervalNanos shortest time between two commands
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
            ExpiryTimes expiryTimes,
            Listener listener) {
        this.loop = loop;
        this.source = source;
        this.destination = destination;
        this.slots = slots;
        this.limiter = limiter;
        this.counters = counters;
        this.plan = plan;
        this.expiryTimes = expiryTimes;
        this.listener = listener;
    }

    /**
     * Starts or resumes copying, and calls {@link Listener#converged} once the missing keys can be copied in so many
     * milliseconds.
     */
    void copyUntil(long millis) {
        whenDrained = null;
        reportsConvergence = true;
        allowedMillis = millis;
        pump();
    }

    /**
     * Copies all missing keys regardless of the rate, and calls back when none is missing. No key may change meanwhile.
     */
    void drain(Runnable whenDone) {
        reportsConvergence = false;
        whenDrained = whenDone;
        pump();
    }

    /** Changes how many milliseconds copying the missing keys may take for {@link Listener#converged}. */
    void allow(long millis) {
        allowedMillis = millis;
        reportProgress();
    }

    /**
     * When this was created no key at the source had an expiry time: one that the scan finds has none, unless it is
     * reported as changed.
     */
    void noneExpires() {
        noneExpires = true;
    }

    /** Whether a copy of the key has begun; to be asked until all left-over keys are {@link #leftOversDeleted}. */
    boolean hasBegun(byte[] key) {
        return begunKeys != null && begunKeys.contains(key);
    }

    private boolean deletesLeftOvers() {
        return begunKeys != null;
    }

    /** The destination has no keys of the slots any more but those copied; only now may the copy come to its end. */
    void leftOversDeleted() {
        begunKeys = null;
        if (reportsConvergence) {
            pump();
        }
    }

    /** Copies without regard to the rate, or with it again. */
    void hurry(boolean wanted) {
        hurried = wanted;
        if (wanted) {
            pump();
        }
    }

    /** Whether only keys are missing that have changed since they were copied. */
    boolean isScanned() {
        return scanned && found.isEmpty() && foundInFlight == 0;
    }

    /** Whether the changed keys take so much memory that they are copied before those of the scan. */
    boolean isFarBehind() {
        return changed.isLarge();
    }

    /** How long copying the missing keys would take at the present rate. */
    long missingMillis() {
        return missing() * 1000L / Math.max(1, counters.keysPerSecond());
    }

    private int missing() {
        return changed.size() + inFlight;
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

    /** The connection to the destination is writable again. */
    void writable() {
        source.setReading(true);
        pump();
    }

    /** Requests all that may be requested now; called again on each reply, change and timer. */
    private void pump() {
        if (stopped) {
            return;
        }
        requestValues();
        scanAhead();
        long now = System.nanoTime();
        while (!stopped && inFlight < window() && hasKey() && source.isWritable() && destination.isWritable()) {
            long delay = isUrgent() ? 0 : limiter.delayNanos(now);
            if (delay > 0) {
                wakeAfter(delay);
                break;
            }
            copyNext();
        }
        reportProgress();
    }

    private int window() {
        return isUrgent() ? Math.max(256, limiter.window()) : limiter.window();
    }

    private boolean isUrgent() {
        return hurried || whenDrained != null;
    }

    private boolean hasKey() {
        if (begunKeys != null && begunKeys.isLarge()) {
            return false;
        }
        return !found.isEmpty() || mayCopyChanges();
    }

    private boolean mayCopyChanges() {
        return !changed.isEmpty() && (scanned || changed.isLarge());
    }

    /** Copies a key that the scan has found before those that change, which may do so for ever. */
    private void copyNext() {
        boolean isFound = !found.isEmpty() && !changed.isLarge();
        byte[] key = isFound ? found.remove() : changed.take();
        boolean isStable = isFound && !changed.remove(key);
        counters.dirty(changed.size());
        inFlight++;
        foundInFlight += isFound ? 1 : 0;
        begun++;
        if (begunKeys != null) {
            begunKeys.add(key);
        }
        limiter.keyStarted();
        KeyCopy copy =
                new KeyCopy(this, key, isFound, source, destination, isStable && noneExpires ? null : expiryTimes);
        if (isFound && smallInARow >= SMALL_SAMPLE && sized.isEmpty()) {
            bytesInFlight += SMALL_BYTES;
            missingBytes += SMALL_BYTES;
            measured++;
            copy.requestValue(SMALL_BYTES, stringsInARow >= SMALL_SAMPLE);
        } else {
            copy.requestSize();
        }
    }

    @Override
    public void sized(KeyCopy copy) {
        measured++;
        missingBytes += copy.size();
        sized.add(copy);
        requestValues();
        reportProgress();
    }

    private void requestValues() {
        for (KeyCopy next = sized.peek(); next != null && mayRequest(next); next = sized.peek()) {
            sized.remove();
            bytesInFlight += next.size();
            next.requestValue();
        }
    }

    private boolean mayRequest(KeyCopy next) {
        return bytesInFlight == 0 || bytesInFlight + next.size() <= MAX_BYTES_IN_FLIGHT;
    }

    @Override
    public void valueStarted(long length, boolean isString) {
        smallInARow = length > SMALL_BYTES ? 0 : smallInARow + 1;
        stringsInARow = isString ? stringsInARow + 1 : 0;
    }

    @Override
    public void forwarded(int bytes) {
        limiter.bytesCopied(bytes);
        counters.bytesCopied(bytes);
        if (!destination.isWritable()) {
            source.setReading(false);
        }
    }

    @Override
    public void copied(KeyCopy copy) {
        inFlight--;
        foundInFlight -= copy.isFound() ? 1 : 0;
        bytesInFlight -= copy.size();
        missingBytes -= copy.size();
        counters.keyCopied();
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
            wakeAfter(nextScanNanos - now);
            return;
        }
        scanning = true;
        nextScanNanos = now + plan.intervalNanos();
        NodeClient.call(source, "SCAN", cursor, "COUNT", Integer.toString(plan.count()))
                .whenComplete((reply, problem) -> {
                    scanning = false;
                    if (problem != null) {
                        failed(NodeException.reason(problem));
                    } else if (!stopped) {
                        addScanned(ReplyValues.items(reply));
                        pump();
                    }
                });
    }

    private void addScanned(List<RespValue> reply) {
        cursor = ReplyValues.text(reply.get(0));
        scanned = cursor.equals("0");
        List<RespValue> keys = ReplyValues.items(reply.get(1));
        counters.scanned(keys.size());
        List<byte[]> moving = new ArrayList<>();
        for (RespValue key : keys) {
            if (key instanceof RespValue.Bulk bulk && slots.contains(Slot.of(bulk.bytes()))) {
                moving.add(bulk.bytes());
            }
        }
        found.addAll(moving);
    }

    private void reportProgress() {
        if (!scanned || !found.isEmpty() || deletesLeftOvers() || stopped) {
            return;
        }
        Runnable whenDone = whenDrained;
        if (whenDone != null && missing() == 0) {
            whenDrained = null;
            whenDone.run();
        } else if (reportsConvergence && isLittleMissing()) {
            reportsConvergence = false;
            listener.converged();
        }
    }

    /**
     * Whether the missing keys can be copied in the time that is allowed. A single value may take long, so those that
     * are on their way count with their sizes, also if these have to be waited for.
     */
    private boolean isLittleMissing() {
        if (missing() > FEW_KEYS + counters.keysPerSecond() * allowedMillis / 1000) {
            begunWithFew = UNKNOWN;
            return false;
        }
        begunWithFew = begunWithFew == UNKNOWN ? begun : begunWithFew;
        return measured >= begunWithFew
                && missingBytes <= FEW_KEYS * SMALL_BYTES + counters.bytesPerSecond() * allowedMillis / 1000;
    }

    private void wakeAfter(long delayNanos) {
        long at = System.nanoTime() + delayNanos;
        if (wakeNanos == null || at - wakeNanos < 0) {
            wakeNanos = at;
            loop.eventLoop().schedule(() -> wake(at), delayNanos, TimeUnit.NANOSECONDS);
        }
    }

    private void wake(long at) {
        if (wakeNanos != null && wakeNanos == at) {
            wakeNanos = null;
            pump();
        }
    }
}
