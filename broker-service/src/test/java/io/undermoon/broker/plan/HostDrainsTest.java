package io.undermoon.broker.plan;

import static io.undermoon.broker.testing.Refusals.refuses;
import static io.undermoon.broker.testing.TestMetadata.CONTEXT;
import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.state.ChunkPart;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.Consistency;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataJson;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.fault.ErrorCode;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.slot.SlotRanges;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostDrainsTest {
    private static final String HOST = "host1";
    private static final ClusterName OTHER = new ClusterName("other");

    @Test
    void moves_slots_to_a_chunk_elsewhere_and_takes_the_empty_one_out() {
        Metadata draining = advanced(requested(TestMetadata.withCluster(8, 4)));
        assertThat(cluster(draining).nodeNumber()).isEqualTo(12);
        assertThat(cluster(draining).tasks()).hasSize(2);
        assertThat(HostDrains.progress(draining, HOST).slotsLeft()).isEqualTo(8192);
        assertThat(HostDrains.progress(draining, HOST).isDrained()).isFalse();
        assertThat(advanced(draining)).isEqualTo(draining);
        assertThat(requested(draining)).isEqualTo(draining);
        assertThat(MetadataJson.read(MetadataJson.write(draining))).isEqualTo(draining);

        Metadata moved = SlotMovesTest.finished(draining, CONTEXT);
        assertThat(HostDrains.advance(moved, CONTEXT, busy -> false, emptied -> false)
                        .state())
                .isEqualTo(moved);
        Metadata drained = advanced(moved);
        assertThat(cluster(drained).nodeNumber()).isEqualTo(8);
        assertThat(cluster(drained).lacksStableSlots()).isFalse();
        assertThat(drained.allChunks().flatMap(chunk -> chunk.hosts().stream())).doesNotContain(HOST);
        assertThat(HostDrains.progress(drained, HOST).isDrained()).isTrue();
        assertThat(HostDrains.progress(drained, HOST).slotsLeft()).isZero();
        assertThat(ProxyPool.free(drained, CONTEXT)).extracting("host").doesNotContain(HOST);

        Metadata cancelled = HostDrains.cancel(drained, HOST).state();
        assertThat(ProxyPool.free(cancelled, CONTEXT)).extracting("host").contains(HOST);
        refuses(ErrorCode.HOST_NOT_FOUND, () -> HostDrains.progress(cancelled, HOST));
    }

    @Test
    void has_the_other_half_take_over_first_where_it_can() {
        Metadata requested = requested(TestMetadata.synced(TestMetadata.withCluster(8, 4)));
        Metadata handedOver = advanced(requested);
        StoredChunk chunk = cluster(handedOver).chunks().get(0);
        assertThat(chunk.rolePosition())
                .isEqualTo(RolePosition.mastersOn(1 - chunk.hosts().indexOf(HOST)));
        assertThat(cluster(handedOver).tasks()).isEmpty();
        assertThat(cluster(advanced(handedOver)).tasks())
                .as("moved without waiting for the copies")
                .hasSize(2);
    }

    @Test
    void refuses_what_cannot_be_done() {
        refuses(ErrorCode.NO_AVAILABLE_RESOURCE, () -> requested(TestMetadata.withCluster(8, 1)));
        refuses(ErrorCode.HOST_NOT_FOUND, () -> HostDrains.request(TestMetadata.withCluster(8, 2), CONTEXT, "nowhere"));
        refuses(ErrorCode.HOST_NOT_FOUND, () -> HostDrains.cancel(TestMetadata.withCluster(8, 2), HOST));
        refuses(ErrorCode.ORDERED_PROXY_ENABLED, () -> requested(TestMetadata.add(Metadata.empty(true), 1, HOST)));
    }

    @Test
    void uses_the_empty_chunk_of_an_attempt_that_was_aborted() {
        Metadata draining = advanced(requested(TestMetadata.withCluster(8, 2)));
        Metadata aborted = Aborts.withdraw(
                        draining, CONTEXT, DEMO, cluster(draining).tasks())
                .state();
        Metadata again = advanced(aborted);
        assertThat(cluster(again).nodeNumber()).isEqualTo(12);
        assertThat(cluster(again).tasks()).hasSize(2);
    }

    @Test
    void leaves_busy_clusters_alone_and_needs_no_room_for_a_host_without_chunks() {
        Metadata marked = requested(TestMetadata.withCluster(8, 2));
        assertThat(HostDrains.advance(marked, CONTEXT, DEMO::equals, emptied -> true)
                        .state())
                .isEqualTo(marked);
        Metadata free = requested(TestMetadata.withProxies(3));
        assertThat(HostDrains.progress(free, HOST).isDrained()).isTrue();
        assertThat(ProxyPool.free(free, CONTEXT)).hasSize(2);
    }

    @Test
    void waits_for_room_that_another_cluster_has_taken() {
        Metadata marked = requested(TestMetadata.withCluster(8, 2));
        Metadata full = Clusters.create(marked, CONTEXT, OTHER, 4, ClusterConfig.DEFAULT)
                .state();
        assertThat(advanced(full)).isEqualTo(full);
    }

    @Test
    void takes_no_empty_chunk_out_that_belongs_to_a_busy_cluster_or_is_elsewhere() {
        Metadata two = Clusters.create(TestMetadata.withCluster(4, 2), CONTEXT, OTHER, 4, ClusterConfig.DEFAULT)
                .state();
        Metadata emptied = Clusters.addNodes(withSpare(two, HOST, "host8"), CONTEXT, OTHER, 4)
                .state();
        assertThat(emptied.clusters().get(OTHER).chunks().get(1).hosts()).contains(HOST);
        Metadata marked = requested(withSpare(emptied, "host9", "host10"));
        Metadata step = HostDrains.advance(marked, CONTEXT, OTHER::equals, chunk -> true)
                .state();
        assertThat(Consistency.violations(step)).isEmpty();
        assertThat(step.clusters().get(OTHER).nodeNumber()).isEqualTo(8);

        Metadata elsewhere = HostDrains.request(emptied, CONTEXT, "host8").state();
        assertThat(advanced(elsewhere).clusters().get(OTHER).nodeNumber()).isEqualTo(4);
        Metadata nowhere = HostDrains.request(withSpare(emptied, "host11"), CONTEXT, "host11")
                .state();
        assertThat(advanced(nowhere)).isEqualTo(nowhere);
    }

    @Test
    void an_empty_chunk_on_the_host_needs_no_room_and_takes_no_slots() {
        Metadata empty = Clusters.addNodes(
                        withSpare(TestMetadata.withCluster(4, 0), "host3", "host4"), CONTEXT, DEMO, 4)
                .state();
        Metadata drained = advanced(HostDrains.request(empty, CONTEXT, "host3").state());
        assertThat(cluster(drained).nodeNumber()).isEqualTo(4);

        Metadata twice = Clusters.addNodes(withSpare(TestMetadata.withCluster(4, 0), HOST, "host4"), CONTEXT, DEMO, 4)
                .state();
        Metadata draining = HostDrains.advance(
                        requested(withSpare(twice, "host5", "host6")), CONTEXT, busy -> false, emptied -> false)
                .state();
        assertThat(cluster(draining).nodeNumber()).isEqualTo(12);
        assertThat(cluster(draining).tasks())
                .isNotEmpty()
                .allSatisfy(
                        task -> assertThat(task.meta().destination().chunk()).isEqualTo(2));
    }

    @Test
    void moves_nothing_from_a_shard_without_slots() {
        Metadata state = TestMetadata.withCluster(8, 2);
        ChunkPart from = new ChunkPart(0, 0);
        String destination = ClusterView.of(cluster(state))
                .cluster()
                .nodes()
                .get(StoredChunk.NODES)
                .address()
                .value();
        SlotRanges all = cluster(state).chunks().get(0).stable(0);
        Metadata half = SlotMovesTest.finished(
                Resharding.reshard(state, CONTEXT, DEMO, new Resharding.Request(List.of(), destination, null, all))
                        .state(),
                CONTEXT);
        assertThat(cluster(half).chunks().get(0).stable(0).isEmpty()).isTrue();
        assertThat(cluster(advanced(requested(half))).tasks())
                .hasSize(1)
                .noneMatch(task -> task.meta().source().equals(from));
    }

    /** Registers one more proxy on each of the hosts. */
    private static Metadata withSpare(Metadata state, String... hosts) {
        Metadata more = state;
        for (String host : hosts) {
            more = TestMetadata.add(more, more.allProxies().size() + 1, host);
        }
        return more;
    }

    private static Metadata requested(Metadata state) {
        return HostDrains.request(state, CONTEXT, HOST).state();
    }

    private static Metadata advanced(Metadata state) {
        return HostDrains.advance(state, CONTEXT, busy -> false, emptied -> true)
                .state();
    }

    private static StoredCluster cluster(Metadata state) {
        return state.clusters().get(DEMO);
    }
}
