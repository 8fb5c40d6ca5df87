package io.undermoon.coordinator.sync;

import static io.undermoon.coordinator.testing.Fixtures.ORDERS;
import static io.undermoon.coordinator.testing.Fixtures.cluster;
import static io.undermoon.coordinator.testing.Fixtures.coming;
import static io.undermoon.coordinator.testing.Fixtures.leaving;
import static io.undermoon.coordinator.testing.Fixtures.proxy;
import static io.undermoon.coordinator.testing.Fixtures.stable;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.TaggedSlots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PushOrderTest {
    @Test
    void destinations_come_before_empty_proxies_before_sources() {
        Map<ProxyAddress, PushOrder> orders = PushOrder.of(cluster(
                ORDERS,
                1,
                Map.of(
                        1, List.of(stable(0, 99), leaving(100, 199, 1, 2)),
                        2, List.of(stable(200, 299), coming(100, 199, 1, 2)),
                        3, List.of(),
                        4, List.of(stable(300, 16383)))));
        assertThat(orders)
                .containsEntry(proxy(2), PushOrder.IMPORTING)
                .containsEntry(proxy(3), PushOrder.WITHOUT_SLOTS)
                .containsEntry(proxy(1), PushOrder.WITH_SLOTS)
                .containsEntry(proxy(4), PushOrder.WITH_SLOTS);
    }

    @Test
    void every_destination_comes_before_every_source() {
        long seed = new SplittableRandom().nextLong();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 500; i++) {
            List<int[]> moves = new ArrayList<>();
            Map<Integer, List<TaggedSlots>> slots = randomCluster(random, moves);
            Map<ProxyAddress, PushOrder> orders = PushOrder.of(cluster(ORDERS, 1, slots));
            assertThat(orders).as("seed %d", seed).hasSize(slots.size());
            for (int[] move : moves) {
                assertThat(orders.get(proxy(move[1]))).as("seed %d", seed).isEqualTo(PushOrder.IMPORTING);
                boolean alsoImports = slots.get(move[0]).stream().anyMatch(TaggedSlots::isImporting);
                assertThat(orders.get(proxy(move[0])) == PushOrder.IMPORTING)
                        .as("seed %d: source %d", seed, move[0])
                        .isEqualTo(alsoImports);
            }
            slots.forEach((n, own) -> assertThat(orders.get(proxy(n)) == PushOrder.WITHOUT_SLOTS)
                    .as("seed %d", seed)
                    .isEqualTo(own.isEmpty()));
        }
    }

    private static Map<Integer, List<TaggedSlots>> randomCluster(SplittableRandom random, List<int[]> moves) {
        int proxies = random.nextInt(2, 12);
        Map<Integer, List<TaggedSlots>> slots = new LinkedHashMap<>();
        for (int n = 1; n <= proxies; n++) {
            slots.put(n, new ArrayList<>());
        }
        for (int start = 0; start < 16384; start += 1024) {
            int owner = random.nextInt(1, proxies + 1);
            int other = random.nextInt(1, proxies + 1);
            if (owner == other || random.nextBoolean()) {
                slots.get(owner).add(stable(start, start + 1023));
            } else {
                slots.get(owner).add(leaving(start, start + 1023, owner, other));
                slots.get(other).add(coming(start, start + 1023, owner, other));
                moves.add(new int[] {owner, other});
            }
        }
        return slots;
    }
}
