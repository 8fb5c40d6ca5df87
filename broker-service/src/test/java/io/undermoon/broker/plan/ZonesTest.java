package io.undermoon.broker.plan;

import static io.undermoon.broker.testing.TestMetadata.CONTEXT;
import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static io.undermoon.broker.testing.TestMetadata.located;
import static io.undermoon.broker.testing.TestMetadata.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.state.Location.Distance;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Proxies whose hosts are small, such as pods, and whose zones and machines the broker has been told. */
class ZonesTest {
    private static final ClusterConfig THREE_COPIES = ClusterConfig.DEFAULT.withCopies(3);

    @Test
    void puts_the_halves_of_a_chunk_into_two_zones() {
        Metadata state = Metadata.empty(false);
        for (int i = 1; i <= 4; i++) {
            state = TestMetadata.add(state, i, "pod" + i, i <= 2 ? "a" : "b", "node" + i);
        }
        assertThat(zones(create(state, 8)))
                .hasSize(2)
                .allSatisfy(zones -> assertThat(zones).containsExactlyInAnyOrder("a", "b"));
    }

    @Test
    void prefers_two_machines_where_there_is_one_zone() {
        Metadata state = Metadata.empty(false);
        for (int i = 1; i <= 4; i++) {
            state = TestMetadata.add(state, i, "pod" + i, "only", i <= 2 ? "node1" : "node2");
        }
        assertThat(distances(create(state, 8))).containsOnly(Distance.MACHINES);
    }

    @Test
    void hosts_decide_where_nothing_else_is_known_or_different() {
        Metadata state = TestMetadata.withProxies(2);
        assertThat(distances(create(state, 4))).containsExactly(Distance.NONE);
        Metadata oneMachine = located(located(state, 1, "z", "m"), 2, "z", "m");
        assertThat(distances(create(oneMachine, 4))).containsExactly(Distance.NONE);
    }

    /** As many chunks in two zones as there can be, and all the proxies that hosts allow are used. */
    @Test
    void finds_as_many_pairs_as_there_are_and_as_many_of_them_in_two_zones() {
        SplittableRandom random = new SplittableRandom(23);
        for (int round = 0; round < 1000; round++) {
            Metadata state = Metadata.empty(false);
            int free = 0;
            int mostOnHost = 0;
            boolean areAllKnown = true;
            Map<String, Integer> byZone = new TreeMap<>();
            int zones = 1 + random.nextInt(4);
            for (int host = 0; host < 2 + random.nextInt(6); host++) {
                int proxies = 1 + random.nextInt(4);
                boolean isKnown = random.nextInt(8) > 0;
                areAllKnown &= isKnown;
                String zone = "zone" + random.nextInt(zones);
                byZone.merge(zone, proxies, Integer::sum);
                for (int i = 0; i < proxies; i++) {
                    state = isKnown
                            ? TestMetadata.add(state, ++free, "host" + host, zone, "machine" + host / 2)
                            : TestMetadata.add(state, ++free, "host" + host);
                }
                mostOnHost = Math.max(mostOnHost, proxies);
            }
            int pairs = Math.min(free / 2, free - mostOnHost);
            Metadata created = create(state, 4 * pairs);
            assertThat(created.clusters().get(DEMO).chunks())
                    .as("round %s", round)
                    .hasSize(pairs)
                    .allSatisfy(chunk -> assertThat(chunk.hosts()).doesNotHaveDuplicates());
            if (areAllKnown) {
                int mostInZone = byZone.values().stream().max(Integer::compare).orElseThrow();
                assertThat(distances(created).stream()
                                .filter(Distance.ZONES::equals)
                                .count())
                        .as("round %s", round)
                        .isGreaterThanOrEqualTo(Math.min(pairs, Math.min(free / 2, free - mostInZone)));
            }
        }
    }

    @Test
    void replaces_a_failed_proxy_in_another_zone_than_the_one_that_is_left() {
        Metadata state = TestMetadata.add(Metadata.empty(false), 1, "pod1", "a", "node1");
        state = TestMetadata.add(state, 2, "pod2", "b", "node2");
        state = create(state, 4);
        state = TestMetadata.add(state, 3, "pod3", "b", "node3");
        state = TestMetadata.add(state, 4, "pod4", "b", "node4");
        state = TestMetadata.add(state, 5, "pod5", "a", "node1");
        state = TestMetadata.add(state, 6, "pod6", "a", "node6");
        assertThat(replacement(state, 1))
                .as("in zone a, not on the machine that may have failed")
                .isEqualTo(proxy(6));
        assertThat(replacement(state, 2)).isIn(proxy(3), proxy(4));
    }

    @Test
    void takes_one_in_the_same_zone_rather_than_none() {
        Metadata state = TestMetadata.add(Metadata.empty(false), 1, "pod1", "a", "node1");
        state = TestMetadata.add(state, 2, "pod2", "b", "node2");
        state = create(state, 4);
        state = TestMetadata.add(state, 3, "pod3", "b", "node2");
        assertThat(replacement(state, 1)).isEqualTo(proxy(3));
    }

    /** What Kubernetes does to a pod whose machine is emptied. */
    @Test
    void knows_the_new_place_of_a_proxy_that_a_cluster_uses() {
        Metadata state = TestMetadata.add(Metadata.empty(false), 1, "pod1", "a", "node1");
        state = TestMetadata.add(state, 2, "pod2", "b", "node2");
        state = create(state, 4);
        state = TestMetadata.add(state, 3, "pod3", "a", "node3");
        state = TestMetadata.add(state, 4, "pod4", "b", "node4");
        assertThat(replacement(state, 2)).isEqualTo(proxy(4));
        assertThat(advice(state)).isEmpty();

        Metadata moved = located(state, 1, "b", "node5");
        assertThat(moved.globalEpoch()).isEqualTo(state.globalEpoch());
        assertThat(advice(moved)).singleElement().asString().contains("zone 'b'", proxy(1).toString());
        assertThat(replacement(moved, 2)).as("the survivor is in b now").isEqualTo(proxy(3));
        assertThat(registeredAgain(moved, 3).allProxies().get(proxy(3)).place())
                .isEqualTo(moved.allProxies().get(proxy(3)).place());
        assertThat(registeredAgain(moved, 1).allProxies().get(proxy(1)).place())
                .as("a proxy that registers again says nothing of its place")
                .isEqualTo(moved.allProxies().get(proxy(1)).place());
    }

    @Test
    void leaves_the_place_of_a_failed_half_to_the_spare_that_is_farther_from_the_other() {
        Metadata state = Metadata.empty(false).ofInstallation("system");
        for (int i = 1; i <= 5; i++) {
            state = TestMetadata.addMarking(state, i, "pod" + i);
        }
        state = located(located(located(state, 1, "a", "n1"), 2, "b", "n2"), 3, "b", "n3");
        state = located(located(state, 4, "c", "n4"), 5, "b", "n5");
        Metadata created = TestMetadata.synced(
                Clusters.create(state, CONTEXT, DEMO, 4, THREE_COPIES).state());
        StoredChunk chunk = created.clusters().get(DEMO).chunks().get(0);
        assertThat(List.of(chunk.proxyAddresses().get(0), chunk.proxyAddresses().get(1), spareOf(created)))
                .as("the halves and the spare are in three zones")
                .extracting(proxy -> created.allProxies().get(proxy).place().zone())
                .containsExactlyInAnyOrder("a", "b", "c");
    }

    private static ProxyAddress spareOf(Metadata state) {
        Metadata levelled = Spares.level(state, CONTEXT).state();
        return levelled.clusters().get(DEMO).chunks().get(0).spares().get(0).proxyAddress();
    }

    private static Metadata registeredAgain(Metadata state, int proxy) {
        List<NodeAddress> nodes = TestMetadata.nodes(proxy);
        return Proxies.register(state, proxy(proxy), nodes, "pod" + proxy, null, null)
                .state();
    }

    private static List<String> advice(Metadata state) {
        return Advice.of(
                TestMetadata.synced(state),
                CONTEXT,
                TestMetadata.synced(state).clusters().get(DEMO));
    }

    private static ProxyAddress replacement(Metadata state, int failed) {
        Failover.Result result =
                Failover.failOver(state, CONTEXT, proxy(failed), false).result();
        assertThat(result).isInstanceOf(Failover.Result.Replaced.class);
        return ((Failover.Result.Replaced) result).replacement();
    }

    private static Metadata create(Metadata state, int nodes) {
        return Clusters.create(state, CONTEXT, DEMO, nodes, ClusterConfig.DEFAULT)
                .state();
    }

    private static List<List<String>> zones(Metadata state) {
        List<List<String>> zones = new ArrayList<>();
        for (StoredChunk chunk : state.clusters().get(DEMO).chunks()) {
            zones.add(chunk.proxyAddresses().stream()
                    .map(proxy ->
                            String.valueOf(state.allProxies().get(proxy).place().zone()))
                    .toList());
        }
        return zones;
    }

    private static List<Distance> distances(Metadata state) {
        return state.clusters().get(DEMO).chunks().stream()
                .map(chunk -> chunk.proxyAddresses().stream()
                        .map(state.allProxies()::get)
                        .map(ProxyResource::place)
                        .toList())
                .map(places -> places.get(0).distance(places.get(1)))
                .toList();
    }
}
