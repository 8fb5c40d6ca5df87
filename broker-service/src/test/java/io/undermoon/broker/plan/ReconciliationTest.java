package io.undermoon.broker.plan;

import static io.undermoon.broker.testing.TestMetadata.CONTEXT;
import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static io.undermoon.broker.testing.TestMetadata.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.plan.ProxyReport.Content;
import io.undermoon.broker.plan.ProxyReport.NodeRole;
import io.undermoon.broker.plan.ProxyReport.Slots;
import io.undermoon.broker.state.Consistency;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataView;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.slot.SlotRanges;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Older metadata, and proxies that have that of what happened since. */
class ReconciliationTest {
    private static final Metadata COPY = TestMetadata.withCluster(4, 2);
    private static final Metadata FAILED_OVER =
            Failover.failOver(COPY, CONTEXT, proxy(1), false).state();

    private final Map<ProxyAddress, Optional<ProxyReport>> reports = new HashMap<>();

    @Test
    void learns_who_is_master_and_who_took_the_place_of_another() {
        reportAll(FAILED_OVER);
        ProxyAddress replacement = FAILED_OVER
                .clusters()
                .get(DEMO)
                .chunks()
                .get(0)
                .proxyAddresses()
                .get(0);

        Reconciliation.Result result = recovered(COPY);

        assertThat(result.conflicts()).isEmpty();
        assertThat(result.learned()).hasSize(2);
        assertThat(result.state().clusters().get(DEMO).chunks())
                .isEqualTo(FAILED_OVER.clusters().get(DEMO).chunks());
        assertThat(result.state().allProxies().get(replacement).cluster()).isEqualTo(DEMO);
        assertThat(result.state().allProxies().get(proxy(1)).cluster()).isNull();
        assertThat(result.state().globalEpoch())
                .isEqualTo(FAILED_OVER.globalEpoch().next().next());
    }

    @Test
    void learns_from_the_survivor_when_the_failed_proxy_is_still_as_before() {
        Metadata copy = TestMetadata.withCluster(4, 0);
        report(copy, 1);
        report(Failover.failOver(copy, CONTEXT, proxy(1), false).state(), 2);

        Reconciliation.Result result = recovered(copy);

        assertThat(result.conflicts()).isEmpty();
        assertThat(result.state().clusters().get(DEMO).chunks().get(0).rolePosition())
                .isEqualTo(RolePosition.SECOND_CHUNK_MASTER);
    }

    @Test
    void only_lifts_epochs_when_nothing_differs() {
        reportAll(Epochs.liftTo(COPY, new Epoch(70)).state());
        Reconciliation.Result result = recovered(COPY);
        assertThat(result.conflicts()).isEmpty();
        assertThat(result.learned()).isEmpty();
        assertThat(result.state()).isEqualTo(Epochs.liftTo(COPY, new Epoch(72)).state());
    }

    @Test
    void does_not_believe_that_replicas_are_still_in_sync() {
        Metadata copy = TestMetadata.synced(TestMetadata.withCluster(4, 0));
        reportAll(Epochs.liftTo(copy, new Epoch(70)).state(), 2);

        Metadata recovered = recovered(copy).state();

        assertThat(chunk(recovered).tracksReplicas()).isTrue();
        assertThat(chunk(recovered).syncedParts()).isEmpty();
        assertThat(chunk(Failover.failOver(recovered, CONTEXT, proxy(1), false).state())
                        .rolePosition())
                .isEqualTo(chunk(copy).rolePosition());
        assertThat(chunk(recovered(COPY).state()).tracksReplicas())
                .as("no coordinator has ever reported")
                .isFalse();

        reportAll(Failover.failOver(copy, CONTEXT, proxy(1), false).state(), 2);
        Metadata failedOver = recovered(copy).state();
        assertThat(chunk(failedOver).rolePosition()).isEqualTo(RolePosition.SECOND_CHUNK_MASTER);
        assertThat(chunk(failedOver).syncedParts()).isEmpty();
    }

    @Test
    void leaves_what_it_cannot_know_to_an_operator() {
        Metadata deleted = Clusters.remove(COPY, DEMO).state();
        reportAll(deleted);
        assertThat(recovered(COPY).conflicts()).hasSize(2).allMatch(text -> text.contains("in none by itself"));

        Metadata created = COPY;
        reportAll(created);
        assertThat(recovered(TestMetadata.withProxies(4)).conflicts())
                .hasSize(2)
                .allMatch(text -> text.contains("is free by the metadata"));

        reports.clear();
        reportAll(COPY);
        assertThat(recovered(TestMetadata.withProxies(1)).conflicts())
                .as("also of proxies that have registered since")
                .hasSize(2)
                .anyMatch(text -> text.contains("is not registered by the metadata, and in cluster 'demo'"));

        reportAll(FAILED_OVER);
        List.of(1, 2).forEach(n -> reports.put(proxy(n), Optional.empty()));
        assertThat(recovered(COPY).conflicts())
                .anyMatch(text -> text.contains("answers, so it is not known which is master"));
    }

    @Test
    void learns_which_spare_took_whose_place_and_who_is_one_now() {
        for (int half = 0; half < StoredChunk.HALVES; half++) {
            Metadata copy = TestMetadata.synced(Clusters.create(
                            TestMetadata.withMarkingProxies(4), CONTEXT, DEMO, 4, ClusterConfig.DEFAULT.withCopies(3))
                    .state());
            ProxyAddress lost = chunk(copy).proxyAddresses().get(half);
            Metadata failedOver = Failover.failOver(copy, CONTEXT, lost, false).state();
            Metadata refilled = Spares.level(failedOver, CONTEXT).state();
            reports.clear();
            reportAll(Epochs.liftTo(refilled, new Epoch(70)).state());

            Reconciliation.Result result = recovered(copy);
            assertThat(result.conflicts()).isEmpty();
            StoredChunk recovered = chunk(result.state());
            assertThat(recovered.proxyAddresses()).isEqualTo(chunk(refilled).proxyAddresses());
            assertThat(recovered.nodeAddresses())
                    .as("each node with its part")
                    .isEqualTo(chunk(refilled).nodeAddresses());
            assertThat(recovered.rolePosition()).isEqualTo(chunk(refilled).rolePosition());
            assertThat(recovered.spares())
                    .as("the one that was free")
                    .isEqualTo(chunk(refilled).spares());
            assertThat(Consistency.violations(result.state())).isEmpty();

            reports.clear();
            reportAll(Epochs.liftTo(
                            Clusters.configure(copy, CONTEXT, DEMO, Map.of("copies", "2"))
                                    .state(),
                            new Epoch(70))
                    .state());
            Reconciliation.Result without = recovered(copy);
            assertThat(without.conflicts()).isEmpty();
            assertThat(chunk(without.state()).spares()).isEmpty();
            assertThat(Consistency.violations(without.state())).isEmpty();
        }
    }

    @Test
    void does_not_take_slots_back_that_have_moved() {
        reportAll(Epochs.liftTo(COPY, new Epoch(70)).state());
        Content said = reports.get(proxy(1)).orElseThrow().content().orElseThrow();
        Map<NodeAddress, Slots> slots = new HashMap<>(said.slots());
        slots.replaceAll((node, owned) -> new Slots(SlotRanges.of(0, 99), SlotRanges.NONE));
        reports.put(
                proxy(1),
                Optional.of(
                        new ProxyReport(new Epoch(70), Optional.of(new Content(said.cluster(), said.nodes(), slots)))));
        assertThat(recovered(COPY).conflicts()).singleElement().asString().contains("has the slots");
    }

    @Test
    void changes_nothing_where_there_are_conflicts_that_nobody_accepts() {
        reportAll(Clusters.remove(COPY, DEMO).state());
        assertThat(Epochs.recover(COPY, COPY, reports, false).state()).isEqualTo(COPY);
        assertThat(Epochs.recover(COPY, COPY, reports, true).state().globalEpoch())
                .isGreaterThan(COPY.globalEpoch());
    }

    private Reconciliation.Result recovered(Metadata copy) {
        return Epochs.recover(copy, copy, reports, false).result();
    }

    private void reportAll(Metadata state) {
        reportAll(state, 4);
    }

    private void reportAll(Metadata state, int proxies) {
        for (int i = 1; i <= proxies; i++) {
            report(state, i);
        }
    }

    private static StoredChunk chunk(Metadata state) {
        return state.clusters().get(DEMO).chunks().get(0);
    }

    /** Has a proxy say what it was told by a broker with this metadata. */
    private void report(Metadata state, int number) {
        Proxy told = new MetadataView(state).proxy(proxy(number)).orElseThrow();
        List<NodeRole> roles = told.nodes().stream()
                .map(node -> new NodeRole(
                        node.address(), node.repl().role(), node.repl().peers()))
                .toList();
        Map<NodeAddress, Slots> slots = told.nodes().stream()
                .filter(Node::isMaster)
                .collect(Collectors.toMap(Node::address, node -> slots(node.slots())));
        reports.put(
                proxy(number),
                Optional.of(new ProxyReport(told.epoch(), Optional.of(new Content(told.clusterName(), roles, slots)))));
    }

    private static Slots slots(List<TaggedSlots> ranges) {
        SlotRanges stable = SlotRanges.NONE;
        for (TaggedSlots range : ranges) {
            stable = stable.union(range.rangeList());
        }
        return new Slots(stable, SlotRanges.NONE);
    }
}
