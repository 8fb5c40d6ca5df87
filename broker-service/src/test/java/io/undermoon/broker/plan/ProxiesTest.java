package io.undermoon.broker.plan;

import static io.undermoon.broker.testing.Refusals.refuses;
import static io.undermoon.broker.testing.TestMetadata.CONTEXT;
import static io.undermoon.broker.testing.TestMetadata.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.plan.Proxies.Registration;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.fault.ErrorCode;
import io.undermoon.metadata.Epoch;
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
    void lifts_epochs_and_never_lowers_them() {
        Metadata state = TestMetadata.withCluster(4, 0);
        Metadata lifted = Epochs.liftTo(state, new Epoch(100)).state();
        assertThat(lifted.globalEpoch().value()).isEqualTo(100);
        assertThat(lifted.clusters().get(TestMetadata.DEMO).epoch().value()).isEqualTo(100);
        refuses(ErrorCode.EPOCH_SMALLER_THAN_CURRENT, () -> Epochs.liftTo(lifted, new Epoch(100)));
        assertThat(Epochs.recover(lifted, new Epoch(50)).state().globalEpoch().value())
                .isEqualTo(101);
        assertThat(Epochs.recover(lifted, new Epoch(200)).state().globalEpoch().value())
                .isEqualTo(202);
        refuses(ErrorCode.EPOCH_SMALLER_THAN_CURRENT, () -> Epochs.restore(lifted, state));
        assertThat(Epochs.restore(state, lifted).state()).isEqualTo(lifted);
    }

    private static Outcome<Registration> register(Metadata state, int proxy, int nodes, String host) {
        return Proxies.register(state, proxy(proxy), TestMetadata.nodes(nodes), host, null);
    }
}
