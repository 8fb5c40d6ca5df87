package io.undermoon.broker.observe;

import static io.undermoon.broker.testing.TestMetadata.CONTEXT;
import static io.undermoon.broker.testing.TestMetadata.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.observe.Problem.Severity;
import io.undermoon.broker.plan.Coordinators;
import io.undermoon.broker.plan.Failover;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is taken for a problem, how bad it is, and what is said about it. */
class ProblemsTest {
    private final FakeProbe probe = new FakeProbe();
    private long millis = 1_000_000;
    private final ProxyObserver observer = new ProxyObserver(probe, () -> millis);

    private static Metadata healthy() {
        return Coordinators.register(TestMetadata.synced(TestMetadata.withCluster(4, 1)), CONTEXT, "coordinator")
                .state();
    }

    /** All proxies answer as the metadata says. */
    private void answerAll(Metadata state) {
        state.allProxies().keySet().forEach(proxy -> probe.states.put(proxy, FakeProbe.answer(1_000)));
        Map<ProxyAddress, List<Node>> nodes = ClusterView.of(cluster(state)).cluster().nodes().stream()
                .collect(Collectors.groupingBy(Node::proxyAddress));
        nodes.forEach((proxy, own) -> probe.states.put(
                proxy,
                FakeProbe.answer(
                        1_000,
                        own.stream()
                                .map(node -> FakeProbe.node(
                                        node.address(),
                                        node.isMaster() ? "master" : "replica",
                                        "up",
                                        node.isMaster()
                                                ? null
                                                : node.repl().peers().get(0).nodeAddress(),
                                        100))
                                .toArray(NodeAnswer[]::new))));
    }

    private static StoredCluster cluster(Metadata state) {
        return Objects.requireNonNull(state.clusters().get(TestMetadata.DEMO));
    }

    private void look(Metadata state) {
        observer.look();
        observer.tick(state);
        millis += 1000;
    }

    private List<Problem> problems(Metadata state) {
        look(state);
        return Problems.of(Look.at(state, CONTEXT, observer));
    }

    private ClusterHealth health(Metadata state) {
        return ClusterHealth.of(Look.at(state, CONTEXT, observer), cluster(state));
    }

    private void change(ProxyAddress proxy, UnaryOperator<NodeAnswer> change) {
        ProxyAnswer answer = Objects.requireNonNull(probe.states.get(proxy));
        List<NodeAnswer> nodes = new ArrayList<>(Objects.requireNonNull(answer.nodes()));
        nodes.replaceAll(change);
        probe.states.put(proxy, new ProxyAnswer(answer.epoch(), answer.ready(), nodes));
    }

    @Test
    void finds_nothing_where_all_is_well() {
        Metadata state = healthy();
        answerAll(state);
        assertThat(problems(state)).isEmpty();
        assertThat(health(state)).isEqualTo(new ClusterHealth(0, 0, 0, 2, 0, 0));
    }

    @Test
    void does_not_claim_to_know_what_it_has_not_asked() {
        Metadata state = healthy();
        assertThat(health(state).slotsUnknown()).isEqualTo(16384);
        assertThat(health(state).mastersUnknown()).isEqualTo(2);
        assertThat(Problems.of(Look.at(state, CONTEXT, observer))).isEmpty();
    }

    @Test
    void says_what_a_silent_proxy_means_and_what_helps() {
        Metadata state = healthy();
        answerAll(state);
        look(state);
        ProxyAddress gone = cluster(state).chunks().get(0).proxyAddresses().get(0);
        probe.states.remove(gone);
        look(state);
        millis += 3000;
        assertThat(problems(state)).singleElement().satisfies(problem -> {
            assertThat(problem.kind()).isEqualTo("proxy_silent");
            assertThat(problem.severity()).isEqualTo(Severity.CRITICAL);
            assertThat(problem.subject()).isEqualTo(gone.value());
            assertThat(problem.forSeconds()).isBetween(3L, 5L);
            assertThat(problem.what()).contains("Connection refused");
            assertThat(problem.means()).contains("8192 slots are not served until", "0 of 1 reports");
            assertThat(problem.todo()).contains("Start the proxy", "free proxy");
            assertThat(problem.remedies()).containsExactly(new Problem.Remedy("failover", gone.value()));
        });
        assertThat(health(state).slotsNotServed()).isEqualTo(8192);
        assertThat(health(state).mastersWithoutCopy()).isEqualTo(1);
    }

    @Test
    void tells_when_the_partner_cannot_take_over() {
        Metadata state = TestMetadata.withCluster(4, 0);
        state = Coordinators.register(state, CONTEXT, "coordinator").state();
        StoredCluster cluster = cluster(state);
        var edit = state.edit();
        edit.put(cluster.withChunk(0, cluster.chunks().get(0).withSynced(0, false)));
        state = edit.done();
        answerAll(state);
        probe.states.remove(cluster.chunks().get(0).proxyAddresses().get(0));
        assertThat(problems(state))
                .filteredOn(problem -> problem.kind().equals("proxy_silent"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.means()).contains("cannot take over", "acknowledged writes");
                    assertThat(problem.todo()).contains("There is no free proxy");
                });
    }

    @Test
    void warns_of_a_single_copy_after_a_failover_without_replacement() {
        Metadata state = Coordinators.register(TestMetadata.synced(TestMetadata.withCluster(4, 0)), CONTEXT, "c")
                .state();
        ProxyAddress gone = cluster(state).chunks().get(0).proxyAddresses().get(0);
        Metadata after = Failover.failOver(state, CONTEXT, gone, false).state();
        answerAll(after);
        probe.states.remove(gone);
        assertThat(problems(after)).extracting(Problem::kind).containsExactly("proxy_silent", "no_free_proxy");
        assertThat(problems(after).get(0).severity()).isEqualTo(Severity.WARNING);
        assertThat(problems(after).get(0).means()).contains("has the only copy");
        assertThat(health(after).slotsNotServed()).isZero();
        assertThat(health(after).mastersWithoutCopy()).isEqualTo(2);
    }

    @Test
    void says_which_proxy_to_start_when_both_of_a_chunk_are_gone() {
        Metadata state = healthy();
        answerAll(state);
        cluster(state).proxies().forEach(probe.states::remove);
        assertThat(problems(state)).singleElement().satisfies(problem -> {
            assertThat(problem.kind()).isEqualTo("chunk_down");
            assertThat(problem.means()).contains("16384 slots are not served");
            assertThat(problem.todo()).contains("both, as each has a master");
        });
    }

    @Test
    void sees_nodes_that_are_down_or_may_not_serve() {
        Metadata state = healthy();
        answerAll(state);
        var chunk = cluster(state).chunks().get(0);
        NodeAddress master = chunk.master(0);
        ProxyAddress proxy = chunk.proxyAddresses().get(0);
        change(proxy, node -> node.address().equals(master) ? with(node, "refused", "none", "none") : node);
        assertThat(problems(state)).extracting(Problem::kind).containsExactly("node_down");
        assertThat(health(state).slotsNotServed()).isEqualTo(8192);
        answerAll(state);
        change(proxy, node -> node.address().equals(master) ? with(node, "up", "none", "outdated") : node);
        assertThat(problems(state)).extracting(Problem::kind).containsExactly("master_restarted");
        answerAll(state);
        change(proxy, node -> node.role().equals("replica") ? with(node, "up", "down", "none") : node);
        assertThat(problems(state)).singleElement().satisfies(problem -> {
            assertThat(problem.kind()).isEqualTo("replica_missing");
            assertThat(problem.severity()).isEqualTo(Severity.WARNING);
        });
        assertThat(health(state).mastersWithoutCopy()).isEqualTo(1);
    }

    private static NodeAnswer with(NodeAnswer node, String state, String link, String restart) {
        return new NodeAnswer(node.address(), node.role(), state, link, node.offset(), node.master(), restart);
    }

    @Test
    void notices_what_is_missing_for_the_next_failure() {
        Metadata state = TestMetadata.synced(TestMetadata.withCluster(4, 0));
        answerAll(state);
        assertThat(problems(state)).extracting(Problem::kind).containsExactly("no_coordinator", "no_free_proxy");
        Metadata withFree = healthy();
        answerAll(withFree);
        probe.states.remove(proxy(3));
        assertThat(problems(withFree)).extracting(Problem::kind).containsExactly("free_proxy_silent", "no_free_proxy");
    }

    @Test
    void tells_of_old_metadata_only_when_it_lasts() {
        Metadata state = healthy();
        answerAll(state);
        ProxyAddress behind = cluster(state).chunks().get(0).proxyAddresses().get(0);
        ProxyAnswer answer = Objects.requireNonNull(probe.states.get(behind));
        probe.states.put(behind, new ProxyAnswer(Epoch.ZERO, true, answer.nodes()));
        assertThat(problems(state)).isEmpty();
        millis += 6000;
        assertThat(problems(state)).extracting(Problem::kind).containsExactly("metadata_behind");
    }

    @Test
    void gives_a_change_of_roles_some_seconds() {
        Metadata state = healthy();
        answerAll(state);
        var chunk = cluster(state).chunks().get(0);
        change(
                chunk.proxyAddresses().get(0),
                node -> FakeProbe.node(node.address(), "replica", "up", chunk.master(1), node.offset()));
        assertThat(problems(state)).isEmpty();
        assertThat(health(state).slotsChanging()).isEqualTo(8192);
        millis += 6000;
        assertThat(problems(state)).extracting(Problem::kind).containsExactly("node_down");
    }

    @Test
    void counts_what_a_replica_lacks() {
        Metadata state = healthy();
        answerAll(state);
        var chunk = cluster(state).chunks().get(0);
        change(chunk.proxyAddresses().get(0), node -> node.role().equals("master") ? node.withOffset(350) : node);
        look(state);
        assertThat(ClusterFigures.lags(cluster(state), observer).values()).containsExactlyInAnyOrder(250L, 0L);
        assertThat(ClusterFigures.of(cluster(state), observer).lagBytes()).isEqualTo(250);
        assertThat(ClusterFigures.of(cluster(state), observer).keys())
                .as("nobody told")
                .isNull();
    }

    @Test
    void is_quick_with_a_thousand_proxies() {
        Metadata state = TestMetadata.thousandProxies();
        state.allProxies().keySet().forEach(proxy -> probe.states.put(proxy, FakeProbe.answer(10_000)));
        observer.tick(state);
        long start = System.nanoTime();
        Problems.of(Look.at(state, CONTEXT, observer));
        assertThat((System.nanoTime() - start) / 1_000_000).as("milliseconds").isLessThan(10_000);
    }
}
