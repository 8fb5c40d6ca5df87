package io.undermoon.broker.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.undermoon.broker.observe.ClusterUsage.KeyUse;
import io.undermoon.broker.observe.ClusterUsage.SlotUse;
import io.undermoon.broker.observe.UsageProbe.HotKey;
import io.undermoon.broker.observe.UsageProbe.Search;
import io.undermoon.broker.observe.UsageProbe.SlotCount;
import io.undermoon.broker.observe.UsageProbe.SlotCounts;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.ProxyAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClusterUsageTest {
    private static final ClusterName DEMO = new ClusterName("demo");
    private static final ProxyAddress A = new ProxyAddress("10.0.0.1:5299");
    private static final ProxyAddress B = new ProxyAddress("10.0.0.2:5299");

    private final Probe probe = new Probe();
    private long now = 1000;
    private final ClusterUsage usage = new ClusterUsage(probe, () -> now);

    /** Proxies that answer what they are told, at once or later. */
    private static final class Probe implements UsageProbe {
        private final Map<ProxyAddress, SlotCounts> counts = new HashMap<>();
        private final Map<ProxyAddress, Search> searches = new HashMap<>();
        private final List<String> asked = new ArrayList<>();
        private @Nullable CompletableFuture<?> gate;

        @Override
        public CompletionStage<SlotCounts> slots(ProxyAddress proxy) {
            asked.add("slots " + proxy);
            return answer(counts.get(proxy));
        }

        @Override
        public CompletionStage<Search> search(ProxyAddress proxy, int count, Duration time) {
            asked.add("search " + proxy);
            return answer(searches.get(proxy));
        }

        @Override
        public CompletionStage<@Nullable Void> countSlots(ProxyAddress proxy, boolean isWanted) {
            asked.add("count " + proxy + " " + isWanted);
            return counts.containsKey(proxy)
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.failedFuture(new IllegalStateException("NOPERM"));
        }

        private <T> CompletionStage<T> answer(@Nullable T known) {
            CompletableFuture<T> answer = known == null
                    ? CompletableFuture.failedFuture(new IllegalStateException("no connection"))
                    : CompletableFuture.completedFuture(known);
            CompletableFuture<?> first = gate;
            return first == null ? answer : first.thenCompose(go -> answer);
        }
    }

    private SlotUse slots() {
        return usage.slots(DEMO, List.of(A, B))
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private static SlotCounts counted(SlotCount... slots) {
        return new SlotCounts(true, List.of(slots));
    }

    @Test
    void makes_rates_of_two_counts() {
        probe.counts.put(A, counted(new SlotCount(1, 5, 100, 1000, 50), new SlotCount(2, 9, 7, 70, 7)));
        probe.counts.put(B, counted(new SlotCount(9, 2, 0, 0, 0)));
        assertThat(slots().hottest())
                .as("nothing has happened between the first two counts")
                .isEmpty();
        assertThat(probe.asked).as("two counts, as nobody has asked before").hasSize(4);
        now += 4000;
        probe.counts.put(A, counted(new SlotCount(1, 5, 500, 3000, 850), new SlotCount(2, 9, 7, 70, 7)));
        probe.counts.put(B, counted(new SlotCount(9, 2, 4000, 8000, 0)));
        SlotUse use = slots();
        assertThat(use.isCounted()).isTrue();
        assertThat(use.hottest()).extracting(ClusterUsage.SlotRate::slot).containsExactly(9, 1);
        ClusterUsage.SlotRate first = use.hottest().get(1);
        assertThat(first.proxy()).isEqualTo(A);
        assertThat(first.opsPerSecond()).isEqualTo(100.0, within(1e-9));
        assertThat(first.bytesPerSecond()).isEqualTo(500.0, within(1e-9));
        assertThat(first.callMicros()).isEqualTo(2.0, within(1e-9));
        assertThat(use.largest()).extracting(ClusterUsage.SlotRate::slot).containsExactly(2, 1, 9);
    }

    @Test
    void asks_once_for_all_who_look_at_the_same_time() {
        probe.counts.put(A, counted(new SlotCount(1, 1, 1, 1, 1)));
        probe.counts.put(B, counted());
        slots();
        probe.asked.clear();
        now += ClusterUsage.FRESH.toMillis() - 1;
        slots();
        assertThat(probe.asked).isEmpty();
        now += 1;
        CompletableFuture<Void> gate = new CompletableFuture<>();
        probe.gate = gate;
        CompletionStage<SlotUse> one = usage.slots(DEMO, List.of(A, B));
        now += 5000;
        CompletionStage<SlotUse> other = usage.slots(DEMO, List.of(A, B));
        assertThat(other).isSameAs(one);
        gate.complete(null);
        assertThat(one.toCompletableFuture()).succeedsWithin(Duration.ofSeconds(5));
        assertThat(probe.asked).hasSize(2);
    }

    @Test
    void shows_no_rate_where_counting_began_anew_or_is_off() {
        probe.counts.put(A, counted(new SlotCount(1, 1, 100, 1, 1)));
        probe.counts.put(B, new SlotCounts(false, List.of(new SlotCount(9, 3, 0, 0, 0))));
        slots();
        now += 3000;
        probe.counts.put(A, counted(new SlotCount(1, 1, 50, 1, 1)));
        SlotUse use = slots();
        assertThat(use.isCounted()).isFalse();
        assertThat(use.hottest()).isEmpty();
        assertThat(use.largest()).allMatch(slot -> slot.opsPerSecond() == null);
    }

    @Test
    void names_the_proxies_that_do_not_answer() {
        probe.counts.put(A, counted(new SlotCount(1, 1, 100, 1, 1)));
        SlotUse use = slots();
        assertThat(use.problems()).isEqualTo(Map.of(B, "no connection"));
        assertThat(use.largest()).hasSize(1);
        assertThat(usage.countSlots(DEMO, List.of(A, B), true).toCompletableFuture())
                .isCompletedWithValue(Map.of(B, "NOPERM"));
    }

    @Test
    void shows_the_hottest_keys_by_commands_and_by_bytes() {
        List<HotKey> many = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            many.add(new HotKey(key("k" + i), 1000L - i, i == 3 ? 10L : null));
        }
        many.add(new HotKey(key("heavy"), null, 9000L));
        probe.searches.put(A, new Search(2000, 50_000, 12_000, many));
        probe.searches.put(B, new Search(1000, 10, 10, List.of(new HotKey(key("cold"), 1L, 1L))));
        KeyUse use = usage.keys(DEMO, List.of(A, B)).toCompletableFuture().join();
        assertThat(use.opsPerSecond()).isEqualTo(25_010.0, within(1e-9));
        assertThat(use.bytesPerSecond()).isEqualTo(6010.0, within(1e-9));
        assertThat(use.keys())
                .extracting(key -> new String(key.key(), StandardCharsets.UTF_8))
                .startsWith("k0", "k1")
                .contains("k19", "heavy", "cold")
                .doesNotContain("k20")
                .hasSize(ClusterUsage.SHOWN + 2);
        assertThat(use.keys().get(0).opsPerSecond()).isEqualTo(500.0, within(1e-9));
        assertThat(use.problems()).isEmpty();
    }

    @Test
    void has_one_search_at_a_time() {
        probe.searches.put(A, new Search(1000, 1, 1, List.of()));
        CompletableFuture<Void> gate = new CompletableFuture<>();
        probe.gate = gate;
        CompletionStage<KeyUse> one = usage.keys(DEMO, List.of(A));
        assertThat(usage.keys(DEMO, List.of(A))).isSameAs(one);
        gate.complete(null);
        assertThat(one.toCompletableFuture()).isCompleted();
        probe.gate = null;
        usage.keys(DEMO, List.of(A));
        assertThat(probe.asked).hasSize(2);
    }

    private static byte[] key(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
