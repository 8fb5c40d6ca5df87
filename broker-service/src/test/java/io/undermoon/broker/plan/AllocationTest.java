package io.undermoon.broker.plan;

import static io.undermoon.broker.testing.Refusals.refuses;
import static io.undermoon.broker.testing.TestMetadata.CONTEXT;
import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.fault.ErrorCode;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class AllocationTest {
    @Test
    void never_puts_both_halves_on_one_host() {
        Metadata state = Metadata.empty(false);
        for (int i = 1; i <= 6; i++) {
            state = TestMetadata.add(state, i, "only-host");
        }
        Metadata oneHost = state;
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> create(oneHost, 4));

        Metadata twoHosts = TestMetadata.add(oneHost, 7, "other-host");
        assertThat(hosts(create(twoHosts, 4))).containsExactly(List.of("only-host", "other-host"));
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> create(twoHosts, 8));
    }

    /** Of the proxies that are used no host can have more than half, and all that this leaves are used. */
    @Test
    void finds_as_many_pairs_as_there_are() {
        SplittableRandom random = new SplittableRandom(20);
        for (int round = 0; round < 500; round++) {
            Metadata state = Metadata.empty(false);
            int free = 0;
            int most = 0;
            for (int host = 0; host < 2 + random.nextInt(4); host++) {
                int proxies = 1 + random.nextInt(6);
                for (int i = 0; i < proxies; i++) {
                    state = TestMetadata.add(state, ++free, "host" + host);
                }
                most = Math.max(most, proxies);
            }
            int pairs = Math.min(free / 2, free - most);
            Metadata registered = state;
            assertThat(hosts(create(registered, 4 * pairs)))
                    .hasSize(pairs)
                    .allSatisfy(pair -> assertThat(pair).doesNotHaveDuplicates());
            refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> create(registered, 4 * pairs + 4));
        }
    }

    @Test
    void spreads_chunks_over_pairs_of_hosts() {
        Metadata state = Metadata.empty(false);
        for (int i = 0; i < 12; i++) {
            state = TestMetadata.add(state, i + 1, "host" + i % 4);
        }
        assertThat(hosts(create(state, 24)).stream()
                        .map(pair -> pair.stream().sorted().collect(Collectors.joining("-")))
                        .distinct())
                .as("six chunks on the six pairs of four hosts")
                .hasSize(6);
    }

    @Test
    void counts_the_chunks_of_all_clusters() {
        Metadata state = Metadata.empty(false);
        for (int i = 0; i < 6; i++) {
            state = TestMetadata.add(state, i + 1, "host" + i % 3);
        }
        Metadata first = create(state, 4);
        Metadata second = Clusters.create(first, CONTEXT, new ClusterName("second"), 4, ClusterConfig.DEFAULT)
                .state();
        assertThat(second.clusters()
                        .get(new ClusterName("second"))
                        .chunks()
                        .get(0)
                        .hosts())
                .doesNotContainSequence(hosts(first).get(0));
    }

    @Test
    void leaves_out_failed_proxies_and_those_a_quorum_reports() {
        Metadata failed = Failover.failOver(TestMetadata.withProxies(2), CONTEXT, TestMetadata.proxy(1), false)
                .state();
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> create(failed, 4));

        PlanContext quorumOfTwo = new PlanContext(CONTEXT.nowSeconds(), 60, 2, 0);
        Metadata one = FailureReports.report(TestMetadata.withProxies(2), quorumOfTwo, TestMetadata.proxy(1), "a")
                .state();
        assertThat(ProxyPool.free(one, quorumOfTwo))
                .as("one report is below the quorum")
                .hasSize(2);
        Metadata two = FailureReports.report(one, quorumOfTwo, TestMetadata.proxy(1), "b")
                .state();
        assertThat(ProxyPool.free(two, quorumOfTwo)).hasSize(1);
    }

    @Test
    void takes_consecutive_indices_in_ordered_mode() {
        Metadata state = Metadata.empty(true);
        for (int i : new int[] {4, 2, 1, 3}) {
            state = TestMetadata.add(state, i, "same-host");
        }
        Metadata created = create(state, 4);
        assertThat(chunks(created).get(0).proxyAddresses())
                .containsExactly(TestMetadata.proxy(1), TestMetadata.proxy(2));
        assertThat(chunks(Clusters.addNodes(created, CONTEXT, DEMO, 4).state())
                        .get(1)
                        .proxyAddresses())
                .containsExactly(TestMetadata.proxy(3), TestMetadata.proxy(4));

        refuses(
                ErrorCode.ONE_CLUSTER_ALREADY_EXISTED,
                () -> Clusters.create(created, CONTEXT, new ClusterName("more"), 4, ClusterConfig.DEFAULT));
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> Clusters.addNodes(created, CONTEXT, DEMO, 8));
        Metadata gap = Proxies.remove(TestMetadata.add(created, 5, "h"), TestMetadata.proxy(3))
                .state();
        refuses(ErrorCode.PROXY_RESOURCE_OUT_OF_ORDER, () -> Clusters.addNodes(gap, CONTEXT, DEMO, 4));
    }

    private static Metadata create(Metadata state, int nodes) {
        return Clusters.create(state, CONTEXT, DEMO, nodes, ClusterConfig.DEFAULT)
                .state();
    }

    private static List<StoredChunk> chunks(Metadata state) {
        return state.clusters().get(DEMO).chunks();
    }

    private static List<List<String>> hosts(Metadata state) {
        return chunks(state).stream().map(StoredChunk::hosts).toList();
    }
}
