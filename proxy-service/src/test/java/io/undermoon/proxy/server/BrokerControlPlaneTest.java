package io.undermoon.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.control.cluster.FailingProxies;
import io.undermoon.proxy.control.cluster.FailingProxies.Health;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.testing.BrokerDouble;
import io.undermoon.proxy.topology.Self;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.umctl.SetCluster;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class BrokerControlPlaneTest {
    private static final ProxyAddress MASTER = new ProxyAddress("127.0.0.2:5299");

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final TopologyStore topology =
            new TopologyStore(Self.at(new ProxyAddress("127.0.0.1:5299")), new Endpoints());

    @Test
    void asks_the_broker() throws InterruptedException, ExecutionException {
        try (BrokerDouble broker = new BrokerDouble(0);
                BrokerControlPlane failovers = at(broker.address())) {
            takeOver(failovers, false);
            takeOver(failovers, true);
            assertThat(broker.switchovers())
                    .containsExactly(
                            "127.0.0.2:5299?force=false&to=127.0.0.1:5299",
                            "127.0.0.2:5299?force=true&to=127.0.0.1:5299");
        }
    }

    @Test
    void a_refusal_is_that_of_redis_where_the_master_is_down_and_else_the_words_of_the_broker() {
        try (BrokerDouble broker = new BrokerDouble(0);
                BrokerControlPlane failovers = at(broker.address())) {
            broker.refuseSwitchovers("a replica is not in sync");
            assertThatThrownBy(() -> takeOver(failovers, false))
                    .hasRootCauseMessage("ERR the broker refuses: a replica is not in sync");
            broker.fail(MASTER.value());
            assertThatThrownBy(() -> takeOver(failovers, false))
                    .hasRootCauseMessage("ERR Master is down or failed, please use CLUSTER FAILOVER FORCE");
            assertThatThrownBy(() -> takeOver(failovers, true))
                    .hasRootCauseMessage("ERR the broker refuses: a replica is not in sync");
        }
    }

    @Test
    void knows_which_proxies_of_its_cluster_fail_while_the_broker_answers() {
        FailingProxies expected = new FailingProxies(
                Map.of(MASTER, Health.FAILED, new ProxyAddress("127.0.0.3:5299"), Health.SUSPECTED),
                Map.of(new NodeAddress("127.0.0.2:7001"), Health.FAILED));
        try (BrokerDouble broker = new BrokerDouble(0);
                BrokerControlPlane controlPlane = at(broker.address())) {
            broker.failing(
                    "demo",
                    "{\"failing\":[{\"proxy_address\":\"127.0.0.2:5299\",\"state\":\"fail\","
                            + "\"node_addresses\":[\"127.0.0.2:7001\"]},"
                            + "{\"proxy_address\":\"127.0.0.3:5299\",\"state\":\"pfail\",\"node_addresses\":[]}]}");
            controlPlane.start();
            assertThat(controlPlane.failing()).isEqualTo(FailingProxies.NONE);
            topology.apply(SetCluster.parse(List.of("v2", "1", "NOFLAG", "demo", "127.0.0.1:7001", "1", "0-100")));
            await().atMost(LIMIT).until(() -> controlPlane.failing().equals(expected));
            broker.close();
            await().atMost(LIMIT).until(() -> controlPlane.failing().equals(FailingProxies.NONE));
        }
    }

    @Test
    void says_that_no_broker_answers_or_is_known() {
        String gone;
        try (BrokerDouble broker = new BrokerDouble(0)) {
            gone = broker.address();
        }
        try (BrokerControlPlane failovers = at(gone)) {
            assertThatThrownBy(() -> takeOver(failovers, false))
                    .rootCause()
                    .hasMessageStartingWith("ERR no broker answers: ");
        }
        try (BrokerControlPlane failovers = new BrokerControlPlane(null, topology, Duration.ofMillis(20))) {
            assertThatThrownBy(() -> takeOver(failovers, false))
                    .hasRootCauseMessage("ERR the broker decides about roles, and this proxy knows none; "
                            + "set undermoon.broker_address");
        }
    }

    private BrokerControlPlane at(String broker) {
        return BrokerControlPlane.of(
                Configs.settings("broker_address", broker, "registration_interval", "20ms"), topology);
    }

    private static void takeOver(BrokerControlPlane failovers, boolean force)
            throws InterruptedException, ExecutionException {
        failovers.takeOverFrom(MASTER, force).toCompletableFuture().get();
    }
}
