package io.undermoon.broker.observe;

import io.undermoon.broker.observe.UsageProbe.Answers;
import io.undermoon.broker.observe.UsageProbe.HotKey;
import io.undermoon.broker.observe.UsageProbe.Search;
import io.undermoon.broker.observe.UsageProbe.SlotCount;
import io.undermoon.broker.observe.UsageProbe.SlotCounts;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.ProxyAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which slots and keys of a cluster clients use most. Proxies are asked only when somebody wants to know, once for all
 * who do at the same time. Thread-safe.
 */
public final class ClusterUsage {
    /** How many slots and keys are shown of each kind. */
    public static final int SHOWN = 20;
    /** For how long an answer serves others who ask, and between which there are rates at the least. */
    static final Duration FRESH = Duration.ofSeconds(2);
    /** How far counts may be apart for a rate of the present. */
    static final Duration TOO_OLD = Duration.ofSeconds(30);
    /** For how long proxies search for hot keys. */
    static final Duration SEARCH = Duration.ofSeconds(1);
    /** Between the two counts of who asks for the first time. */
    static final Duration FIRST = Duration.ofSeconds(1);

    private static final long HISTORY = 60_000;

    private final UsageProbe probe;
    private final LongSupplier millis;
    private final Map<ClusterName, Slots> slots = new ConcurrentHashMap<>();
    private final Map<ClusterName, CompletableFuture<KeyUse>> searches = new ConcurrentHashMap<>();

    /** @param millis a monotonic clock in milliseconds */
    public ClusterUsage(UsageProbe probe, LongSupplier millis) {
        this.probe = probe;
        this.millis = millis;
    }

    /**
     * The hot slots of a cluster.
     *
     * @param isCounted whether all proxies that have answered count more than keys; without that there are no rates
     * @param hottest by commands per second
     * @param largest by keys
     * @param problems of the proxies that did not answer
     */
    public record SlotUse(
            boolean isCounted, List<SlotRate> hottest, List<SlotRate> largest, Map<ProxyAddress, String> problems) {}

    /**
     * A slot.
     *
     * @param opsPerSecond null if it is not counted, or not known yet
     * @param bytesPerSecond of commands and replies; null likewise
     * @param callMicros between a command and its reply, on average; null likewise, and without commands
     */
    public record SlotRate(
            int slot,
            ProxyAddress proxy,
            long keys,
            @Nullable Double opsPerSecond,
            @Nullable Double bytesPerSecond,
            @Nullable Double callMicros) {}

    /**
     * The hot keys of a cluster.
     *
     * @param opsPerSecond of all keys
     * @param bytesPerSecond of all keys
     * @param keys the hottest ones by either
     */
    public record KeyUse(
            double opsPerSecond, double bytesPerSecond, List<KeyRate> keys, Map<ProxyAddress, String> problems) {}

    /**
     * A key; a rate is null where it is not among the hottest ones.
     *
     * @param key the array is not copied and must not be changed
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record KeyRate(
            byte[] key,
            ProxyAddress proxy,
            @Nullable Double opsPerSecond,
            @Nullable Double bytesPerSecond) {}

    /** What is known of the slots of a cluster. Guarded by itself. */
    private static final class Slots {
        private @Nullable CompletableFuture<SlotUse> asked;
        private final Map<ProxyAddress, Counted> before = new HashMap<>();
        private long askedAt;
    }

    private record Counted(SlotCounts counts, long atMillis) {}

    /** Which slots are hot; takes a second more if nobody has asked before. */
    public CompletionStage<SlotUse> slots(ClusterName cluster, List<ProxyAddress> proxies) {
        long now = millis.getAsLong();
        slots.values().removeIf(old -> {
            synchronized (old) {
                return now - old.askedAt > HISTORY;
            }
        });
        Slots known = slots.computeIfAbsent(cluster, name -> {
            Slots made = new Slots();
            made.askedAt = now;
            return made;
        });
        synchronized (known) {
            CompletableFuture<SlotUse> last = known.asked;
            if (last != null && (!last.isDone() || now - known.askedAt < FRESH.toMillis())) {
                return last;
            }
            known.askedAt = now;
            boolean isFirst = proxies.stream().noneMatch(known.before::containsKey);
            CompletableFuture<@Nullable Void> ready = isFirst
                    ? count(known, proxies).thenCompose(first -> pause())
                    : CompletableFuture.completedFuture(null);
            CompletableFuture<SlotUse> next = ready.thenCompose(go -> count(known, proxies));
            known.asked = next;
            return next;
        }
    }

    private static CompletableFuture<@Nullable Void> pause() {
        return CompletableFuture.runAsync(
                () -> {}, CompletableFuture.delayedExecutor(FIRST.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Forgets what was counted, as counting begins anew. */
    public CompletionStage<Map<ProxyAddress, String>> countSlots(
            ClusterName cluster, List<ProxyAddress> proxies, boolean isWanted) {
        return ask(proxies, proxy -> probe.countSlots(proxy, isWanted).thenApply(done -> true))
                .thenApply(answers -> {
                    slots.remove(cluster);
                    return answers.problems();
                });
    }

    /** Which keys are hot: has the proxies search for a second. */
    public CompletionStage<KeyUse> keys(ClusterName cluster, List<ProxyAddress> proxies) {
        CompletableFuture<KeyUse> search = new CompletableFuture<>();
        CompletableFuture<KeyUse> running = searches.putIfAbsent(cluster, search);
        if (running != null) {
            return running;
        }
        ask(proxies, proxy -> probe.search(proxy, SHOWN, SEARCH)).whenComplete((answers, failure) -> {
            searches.remove(cluster);
            if (failure == null) {
                search.complete(keyUse(answers));
            } else {
                search.completeExceptionally(failure);
            }
        });
        return search;
    }

    private CompletableFuture<SlotUse> count(Slots known, List<ProxyAddress> proxies) {
        return ask(proxies, probe::slots).thenApply(answers -> {
            synchronized (known) {
                return slotUse(known, answers);
            }
        });
    }

    private SlotUse slotUse(Slots known, Answers<SlotCounts> answers) {
        long now = millis.getAsLong();
        List<SlotRate> rates = new ArrayList<>();
        answers.known().forEach((proxy, counts) -> {
            rates.addAll(rates(proxy, known.before.get(proxy), new Counted(counts, now)));
            known.before.put(proxy, new Counted(counts, now));
        });
        known.before.keySet().retainAll(answers.known().keySet());
        boolean isCounted =
                !answers.known().isEmpty() && answers.known().values().stream().allMatch(SlotCounts::isCounted);
        return new SlotUse(
                isCounted,
                rates.stream()
                        .filter(rate -> rate.opsPerSecond() != null && rate.opsPerSecond() > 0)
                        .sorted(Comparator.comparingDouble((SlotRate rate) -> -orZero(rate.opsPerSecond()))
                                .thenComparing(SlotRate::slot))
                        .limit(SHOWN)
                        .toList(),
                rates.stream()
                        .filter(rate -> rate.keys() > 0)
                        .sorted(Comparator.comparingLong((SlotRate rate) -> -rate.keys())
                                .thenComparing(SlotRate::slot))
                        .limit(SHOWN)
                        .toList(),
                answers.problems());
    }

    private static List<SlotRate> rates(ProxyAddress proxy, @Nullable Counted before, Counted now) {
        Map<Integer, SlotCount> past = new HashMap<>();
        double seconds = 0;
        if (before != null && before.counts().isCounted() && now.counts().isCounted()) {
            seconds = (now.atMillis() - before.atMillis()) / 1000.0;
            if (seconds > 0 && seconds <= TOO_OLD.toSeconds()) {
                before.counts().slots().forEach(count -> past.put(count.slot(), count));
            }
        }
        List<SlotRate> rates = new ArrayList<>();
        for (SlotCount count : now.counts().slots()) {
            rates.add(rate(proxy, past.get(count.slot()), count, seconds));
        }
        return rates;
    }

    /** Less than before: it was counted anew, so there is no rate. */
    private static SlotRate rate(ProxyAddress proxy, @Nullable SlotCount before, SlotCount now, double seconds) {
        if (before == null || now.ops() < before.ops()) {
            return new SlotRate(now.slot(), proxy, now.keys(), null, null, null);
        }
        long ops = now.ops() - before.ops();
        return new SlotRate(
                now.slot(),
                proxy,
                now.keys(),
                ops / seconds,
                (now.bytes() - before.bytes()) / seconds,
                ops == 0 ? null : (double) (now.micros() - before.micros()) / ops);
    }

    private static KeyUse keyUse(Answers<Search> answers) {
        List<KeyRate> keys = new ArrayList<>();
        double ops = 0;
        double bytes = 0;
        for (Map.Entry<ProxyAddress, Search> answer : answers.known().entrySet()) {
            Search found = answer.getValue();
            double seconds = Math.max(1, found.millis()) / 1000.0;
            ops += found.ops() / seconds;
            bytes += found.bytes() / seconds;
            for (HotKey key : found.keys()) {
                keys.add(new KeyRate(
                        key.key(), answer.getKey(), perSecond(key.ops(), seconds), perSecond(key.bytes(), seconds)));
            }
        }
        return new KeyUse(ops, bytes, hottest(keys), answers.problems());
    }

    /** The hottest by commands, and those beside them that are among the hottest by bytes. */
    private static List<KeyRate> hottest(List<KeyRate> keys) {
        Comparator<KeyRate> byOps = Comparator.comparingDouble(key -> -orZero(key.opsPerSecond()));
        Comparator<KeyRate> byBytes = Comparator.comparingDouble(key -> -orZero(key.bytesPerSecond()));
        List<KeyRate> shown = new ArrayList<>(keys.stream()
                .sorted(byOps)
                .filter(key -> key.opsPerSecond() != null)
                .limit(SHOWN)
                .toList());
        keys.stream()
                .sorted(byBytes)
                .filter(key -> key.bytesPerSecond() != null)
                .limit(SHOWN)
                .filter(key -> !shown.contains(key))
                .forEach(shown::add);
        return List.copyOf(shown);
    }

    private static double orZero(@Nullable Double rate) {
        return rate == null ? 0 : rate;
    }

    private static @Nullable Double perSecond(@Nullable Long amount, double seconds) {
        return amount == null ? null : amount / seconds;
    }

    /** Asks all of them at the same time. */
    private static <T> CompletableFuture<Answers<T>> ask(
            List<ProxyAddress> proxies, Function<ProxyAddress, CompletionStage<T>> question) {
        Map<ProxyAddress, T> known = new TreeMap<>();
        Map<ProxyAddress, String> problems = new TreeMap<>();
        CompletableFuture<?>[] all = proxies.stream()
                .map(proxy -> question.apply(proxy)
                        .handle((answer, failure) -> {
                            synchronized (known) {
                                if (failure == null) {
                                    known.put(proxy, answer);
                                } else {
                                    problems.put(proxy, ProxyObserver.reason(failure));
                                }
                            }
                            return proxy;
                        })
                        .toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(all).thenApply(done -> new Answers<>(known, problems));
    }
}
