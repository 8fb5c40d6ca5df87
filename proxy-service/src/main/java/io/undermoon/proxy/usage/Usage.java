package io.undermoon.proxy.usage;

import io.undermoon.metadata.Role;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.usage.HotKeyReport.HotKey;
import io.undermoon.proxy.usage.HotKeySession.Metric;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Which keys and slots the clients of the proxy use how much, on all loops. Thread-safe. */
public final class Usage {
    private final List<LoopUsage> loops = new CopyOnWriteArrayList<>();
    private boolean countsSlots;
    private @Nullable HotKeySession session;

    /** When the search was stopped; 0 as long as it was not. */
    private long stopNanos;

    /**
     * @param countsSlots whether it is counted what slots are used
     */
    public Usage(boolean countsSlots) {
        this.countsSlots = countsSlots;
    }

    /** The part of a loop, which is new; called on it or before it serves clients. */
    public synchronized LoopUsage of(ProxyLoop loop) {
        LoopUsage made = new LoopUsage(loop);
        made.countSlots(countsSlots);
        loops.add(made);
        return made;
    }

    /** Whether it is counted what slots are used. */
    public synchronized boolean countsSlots() {
        return countsSlots;
    }

    /** Begins to count what slots are used, from nothing, or ends it. */
    public synchronized void countSlots(boolean isWanted) {
        countsSlots = isWanted;
        onLoops(loop -> loop.countSlots(isWanted));
    }

    /** What clients of a role have used. */
    public CompletionStage<SlotUsage> slots(Role role) {
        SlotUsage sum = new SlotUsage();
        return collect(loop -> {
                    synchronized (sum) {
                        loop.addTo(role, sum);
                    }
                    return sum;
                })
                .thenApply(done -> sum);
    }

    /**
     * Begins a search for hot keys.
     *
     * @return whether it has begun: not while another one goes on
     */
    public synchronized boolean start(HotKeySession wanted) {
        if (isActive()) {
            return false;
        }
        session = wanted;
        stopNanos = 0;
        onLoops(loop -> loop.start(wanted));
        return true;
    }

    /**
     * Ends the search; what it has found remains.
     *
     * @return whether there was one
     */
    public synchronized boolean stop() {
        if (!isActive()) {
            return false;
        }
        stopNanos = System.nanoTime();
        onLoops(LoopUsage::stop);
        return true;
    }

    /**
     * Forgets what has been found.
     *
     * @return whether it is forgotten: not while a search goes on
     */
    public synchronized boolean reset() {
        if (isActive()) {
            return false;
        }
        session = null;
        onLoops(LoopUsage::reset);
        return true;
    }

    private boolean isActive() {
        return session != null && stopNanos == 0 && !session.isOver(System.nanoTime());
    }

    /** What the present search, or the last one, has found; null if there is none. */
    public CompletionStage<@Nullable HotKeyReport> found() {
        HotKeySession wanted;
        boolean isActive;
        long millis;
        synchronized (this) {
            wanted = session;
            if (wanted == null) {
                return CompletableFuture.completedFuture(null);
            }
            isActive = isActive();
            long until = stopNanos != 0 ? stopNanos : System.nanoTime();
            long nanos = isActive || stopNanos != 0 ? until - wanted.startNanos() : wanted.durationNanos();
            millis = TimeUnit.NANOSECONDS.toMillis(nanos);
        }
        return collect(Usage::findings).thenApply(parts -> report(wanted, isActive, millis, parts));
    }

    /** What a loop has found, as it is now. */
    private static Findings findings(LoopUsage loop) {
        LoopUsage.Search search = loop.found();
        Map<Metric, List<TopKeys.Entry>> keys = new EnumMap<>(Metric.class);
        if (search == null) {
            return new Findings(0, 0, 0, 0, 0, 0, keys);
        }
        search.keys.forEach((metric, found) -> keys.put(metric, found.top(TopKeys.CAPACITY)));
        return new Findings(
                search.commands,
                search.samples,
                search.micros,
                search.bytes,
                search.microsInSlots,
                search.bytesInSlots,
                keys);
    }

    private record Findings(
            long commands,
            long samples,
            long micros,
            long bytes,
            long microsInSlots,
            long bytesInSlots,
            Map<Metric, List<TopKeys.Entry>> keys) {}

    private static HotKeyReport report(HotKeySession wanted, boolean isActive, long millis, List<Findings> parts) {
        Map<Metric, List<HotKey>> keys = new EnumMap<>(Metric.class);
        wanted.metrics().forEach(metric -> keys.put(metric, hottest(metric, wanted.count(), parts)));
        long samples = parts.stream().mapToLong(Findings::samples).sum();
        long commands = parts.stream().mapToLong(Findings::commands).sum();
        return new HotKeyReport(
                wanted,
                isActive,
                millis,
                wanted.sampleRatio() > 0 ? wanted.sampleRatio() : Math.max(1, commands / Math.max(1, samples)),
                commands,
                parts.stream().mapToLong(Findings::micros).sum(),
                parts.stream().mapToLong(Findings::bytes).sum(),
                parts.stream().mapToLong(Findings::microsInSlots).sum(),
                parts.stream().mapToLong(Findings::bytesInSlots).sum(),
                keys);
    }

    private static List<HotKey> hottest(Metric metric, int count, List<Findings> parts) {
        Map<ByteBuffer, Long> sums = new HashMap<>();
        for (Findings part : parts) {
            for (TopKeys.Entry entry : part.keys().getOrDefault(metric, List.of())) {
                sums.merge(ByteBuffer.wrap(entry.key()), entry.amount(), Long::sum);
            }
        }
        return sums.entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .map(entry -> new HotKey(entry.getKey().array(), entry.getValue()))
                .sorted(Comparator.comparingLong(HotKey::amount).reversed())
                .limit(count)
                .toList();
    }

    private void onLoops(Consumer<LoopUsage> action) {
        loops.forEach(each -> each.loop().execute(() -> action.accept(each)));
    }

    private <T> CompletionStage<List<T>> collect(Function<LoopUsage, T> figure) {
        CompletableFuture<List<T>> all = CompletableFuture.completedFuture(new ArrayList<>());
        for (LoopUsage each : loops) {
            CompletableFuture<T> one = new CompletableFuture<>();
            each.loop().execute(() -> one.complete(figure.apply(each)));
            all = all.thenCombine(one, (list, value) -> {
                list.add(value);
                return list;
            });
        }
        return all;
    }
}
