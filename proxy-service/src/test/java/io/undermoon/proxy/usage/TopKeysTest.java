package io.undermoon.proxy.usage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sketch beside exact sums. */
class TopKeysTest {
    private static final int TOP = 20;

    private final TopKeys keys = new TopKeys();

    private void add(String key, long amount) {
        byte[] bytes = ("xy" + key).getBytes(UTF_8);
        keys.add(bytes, 2, bytes.length - 2, amount);
    }

    private Map<String, Long> top(int count) {
        Map<String, Long> top = new HashMap<>();
        keys.top(count).forEach(entry -> top.put(new String(entry.key(), UTF_8), entry.amount()));
        return top;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void is_exact_as_long_as_all_keys_have_a_place(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Long> exact = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            String key = "key:" + random.nextInt(TopKeys.CAPACITY);
            long amount = random.nextLong(1, 100);
            exact.merge(key, amount, Long::sum);
            add(key, amount);
        }
        assertThat(top(TopKeys.CAPACITY)).isEqualTo(exact);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void finds_the_top_of_a_million_keys(long seed) {
        Zipf zipf = new Zipf(1_000_000, seed);
        Map<String, Long> exact = new HashMap<>();
        for (int i = 0; i < 1_000_000; i++) {
            String key = "key:" + zipf.next();
            exact.merge(key, 1L, Long::sum);
            add(key, 1);
        }
        List<String> wanted = exact.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(TOP)
                .map(Map.Entry::getKey)
                .toList();
        Map<String, Long> found = top(2 * TOP);
        assertThat(found).containsKeys(wanted.toArray(new String[0]));
        for (String key : wanted) {
            assertThat((double) found.get(key) / exact.get(key)).as(key).isBetween(0.9, 1.0);
        }
    }

    @Test
    void a_key_that_becomes_hot_late_is_found() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 200_000; i++) {
            add("cold:" + random.nextInt(100_000), 1);
        }
        for (int i = 0; i < 5_000; i++) {
            add("hot", 1);
            add("cold:" + random.nextInt(100_000), 1);
        }
        assertThat(keys.top(1)).singleElement().satisfies(entry -> {
            assertThat(new String(entry.key(), UTF_8)).isEqualTo("hot");
            assertThat(entry.amount()).isBetween(4_800L, 5_000L);
        });
    }

    @Test
    void the_smallest_gives_way_whichever_was_first() {
        for (int i = 0; i < TopKeys.CAPACITY; i++) {
            add("key:" + i, 10);
        }
        for (int i = 0; i < TopKeys.CAPACITY - 1; i++) {
            add("key:" + i, 1000);
        }
        add("new", 11);
        assertThat(top(TopKeys.CAPACITY)).containsEntry("new", 11L).doesNotContainKey("key:" + (TopKeys.CAPACITY - 1));
    }

    @Test
    void keys_of_all_lengths_are_told_apart() {
        for (int length = 0; length < 200; length++) {
            add("k".repeat(length), length + 1);
        }
        add("k".repeat(TopKeys.MAX_KEY_BYTES + 1), 1_000_000);
        assertThat(top(TopKeys.CAPACITY)).hasSize(200).containsEntry("", 1L).containsEntry("k".repeat(199), 200L);
    }

    @Test
    void adding_allocates_nothing() {
        assumeTrue(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean, "the JVM counts allocations");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[][] all = new byte[10_000][];
        for (int i = 0; i < all.length; i++) {
            all[i] = ("key:" + i).getBytes(UTF_8);
        }
        addAll(all, 20);
        long before = threads.getCurrentThreadAllocatedBytes();
        addAll(all, 20);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
    }

    private void addAll(byte[][] all, int rounds) {
        for (int round = 0; round < rounds; round++) {
            for (byte[] key : all) {
                keys.add(key, 0, key.length, 1);
            }
        }
    }
}
