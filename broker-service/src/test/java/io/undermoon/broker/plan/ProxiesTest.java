package io.undermoon.broker.plan;

import static io.undermoon.broker.testing.Refusals.refuses;
import static io.undermoon.broker.testing.TestMetadata.CONTEXT;
import static io.undermoon.broker.testing.TestMetadata.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.plan.Proxies.Registration;
import io.undermoon.broker.state.AuditEntry;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataView;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.fault.ErrorCode;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProxiesTest {
    @Test
    void changes_nothing_when_a_known_proxy_registers_as_before() {
        Metadata state = TestMetadata.withProxies(2);
        Outcome<Registration> again = register(state, 1, 1, "host1");
        assertThat(again.result()).isEqualTo(Registration.ALREADY_EXISTED);
        assertThat(again.state()).isEqualTo(state);
    }

    @Test
    void clears_failure_marks_when_a_failed_proxy_registers() {
        Metadata failed = Failover.failOver(TestMetadata.withProxies(2), CONTEXT, proxy(1), false)
                .state();
        Outcome<Registration> again = register(failed, 1, 1, "host1");
        assertThat(again.result()).isEqualTo(Registration.ALREADY_EXISTED);
        assertThat(again.state().failedProxies()).isEmpty();
        assertThat(again.state().globalEpoch()).isEqualTo(failed.globalEpoch().next());
    }

    @Test
    void takes_new_nodes_and_host_of_a_proxy_in_no_cluster() {
        Metadata failed = Failover.failOver(TestMetadata.withProxies(2), CONTEXT, proxy(1), false)
                .state();
        Outcome<Registration> moved = register(failed, 1, 7, "elsewhere");
        assertThat(moved.result()).isEqualTo(Registration.UPDATED);
        assertThat(moved.state().allProxies().get(proxy(1)).nodeAddresses()).isEqualTo(TestMetadata.nodes(7));
        assertThat(moved.state().allProxies().get(proxy(1)).host()).isEqualTo("elsewhere");
        assertThat(moved.state().failedProxies()).isEmpty();
    }

    @Test
    void leaves_a_proxy_in_a_cluster_alone_when_it_comes_with_other_nodes() {
        Metadata failed = Failover.failOver(TestMetadata.withCluster(4, 0), CONTEXT, proxy(1), false)
                .state();
        Outcome<Registration> moved = register(failed, 1, 7, "host1");
        assertThat(moved.result()).isEqualTo(Registration.ALREADY_EXISTED);
        assertThat(moved.state()).isEqualTo(failed);
    }

    @Test
    void takes_the_replica_address_of_a_proxy_in_a_cluster_and_tells_the_cluster() {
        Metadata state = TestMetadata.withCluster(4, 0);
        Outcome<Registration> told = withReplica(state, "10.0.0.1:15299");

        assertThat(told.result()).isEqualTo(Registration.UPDATED);
        Metadata next = told.state();
        assertThat(next.clusters().get(TestMetadata.DEMO).epoch()).isEqualTo(next.globalEpoch());
        assertThat(next.globalEpoch()).isEqualTo(state.globalEpoch().next());
        assertThat(replicas(next)).containsExactly("10.0.0.1:15299", "10.0.0.2:5299");
        assertThat(new MetadataView(next).proxy(proxy(1)).orElseThrow().replicaAddress())
                .isEqualTo(new ProxyAddress("10.0.0.1:15299"));
        assertThat(withReplica(next, "10.0.0.1:15299").state()).isEqualTo(next);
    }

    @Test
    void keeps_the_replica_address_until_the_proxy_says_that_it_has_none() {
        Metadata state =
                withReplica(TestMetadata.withCluster(4, 0), "10.0.0.1:15299").state();

        Outcome<Registration> byScript = register(state, 1, 1, "host1");
        assertThat(byScript.result()).isEqualTo(Registration.ALREADY_EXISTED);
        assertThat(byScript.state()).isEqualTo(state);
        assertThat(replicas(withReplica(state, proxy(1).value()).state()))
                .containsExactly("10.0.0.1:5299", "10.0.0.2:5299");
    }

    @Test
    void refuses_a_replica_address_that_is_an_address_of_another_proxy() {
        Metadata state = TestMetadata.withProxies(2);
        refuses(ErrorCode.INVALID_PROXY_ADDRESS, () -> withReplica(state, proxy(2).value()));
        Metadata taken = Proxies.register(
                        state, proxy(2), TestMetadata.nodes(2), "host2", null, new ProxyAddress("10.0.0.9:15299"))
                .state();
        refuses(ErrorCode.INVALID_PROXY_ADDRESS, () -> withReplica(taken, "10.0.0.9:15299"));
    }

    @Test
    void lifts_epochs_and_never_lowers_them() {
        Metadata state = TestMetadata.withCluster(4, 0);
        Metadata lifted = Epochs.liftTo(state, new Epoch(100)).state();
        assertThat(lifted.globalEpoch().value()).isEqualTo(100);
        assertThat(lifted.clusters().get(TestMetadata.DEMO).epoch().value()).isEqualTo(100);
        refuses(ErrorCode.EPOCH_SMALLER_THAN_CURRENT, () -> Epochs.liftTo(lifted, new Epoch(100)));
        refuses(ErrorCode.EPOCH_SMALLER_THAN_CURRENT, () -> Epochs.restore(lifted, state));
        assertThat(Epochs.restore(state, lifted).state()).isEqualTo(lifted);
    }

    @Test
    void a_dump_without_an_audit_log_does_not_empty_that_of_the_broker() {
        Metadata dump = TestMetadata.withProxies(1);
        AuditEntry before = new AuditEntry(1_700_000_000, "alice", "PUT /config", new Epoch(1), new Epoch(2));
        AuditEntry ofDump = new AuditEntry(1_700_000_001, "bob", "PUT /config", new Epoch(1), new Epoch(2));
        Metadata state = Metadata.empty(false).audited(before);
        assertThat(Epochs.restore(state, dump).state().audit()).containsExactly(before);
        assertThat(Epochs.restore(state, dump.audited(ofDump)).state().audit()).containsExactly(ofDump);
    }

    private static Outcome<Registration> withReplica(Metadata state, String replicaAddress) {
        return Proxies.register(
                state, proxy(1), TestMetadata.nodes(1), "host1", null, new ProxyAddress(replicaAddress));
    }

    /** Where the replicas of the cluster are, by what a proxy is told; in the order of the chunk's halves. */
    private static List<String> replicas(Metadata state) {
        return new MetadataView(state)
                .proxy(proxy(2)).orElseThrow().replicas().stream()
                        .map(replica -> replica.proxyAddress().value())
                        .toList();
    }

    private static Outcome<Registration> register(Metadata state, int proxy, int nodes, String host) {
        return Proxies.register(state, proxy(proxy), TestMetadata.nodes(nodes), host, null, null);
    }
}
