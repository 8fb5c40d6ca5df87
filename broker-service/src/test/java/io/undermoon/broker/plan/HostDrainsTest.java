package io.undermoon.broker.plan;

import static io.undermoon.broker.testing.Refusals.refuses;
import static io.undermoon.broker.testing.TestMetadata.CONTEXT;
import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataJson;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.fault.ErrorCode;
import org.junit.jupiter.api.Test;

class HostDrainsTest {
    private static final String HOST = "host1";

    @Test
    void moves_slots_to_a_chunk_elsewhere_and_takes_the_empty_one_out() {
        Metadata draining = advanced(requested(TestMetadata.withCluster(8, 2)));
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
