package io.undermoon.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.testing.BrokerDouble;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class BrokerFailoversTest {
    private static final ProxyAddress MASTER = new ProxyAddress("127.0.0.2:5299");

    @Test
    void asks_the_broker() throws InterruptedException, ExecutionException {
        try (BrokerDouble broker = new BrokerDouble(0);
                BrokerFailovers failovers = at(broker.address())) {
            takeOver(failovers, false);
            takeOver(failovers, true);
            assertThat(broker.switchovers()).containsExactly("127.0.0.2:5299?force=false", "127.0.0.2:5299?force=true");
        }
    }

    @Test
    void a_refusal_is_that_of_redis_where_the_master_is_down_and_else_the_words_of_the_broker() {
        try (BrokerDouble broker = new BrokerDouble(0);
                BrokerFailovers failovers = at(broker.address())) {
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
    void says_that_no_broker_answers_or_is_known() {
        String gone;
        try (BrokerDouble broker = new BrokerDouble(0)) {
            gone = broker.address();
        }
        try (BrokerFailovers failovers = at(gone)) {
            assertThatThrownBy(() -> takeOver(failovers, false))
                    .rootCause()
                    .hasMessageStartingWith("ERR no broker answers: ");
        }
        try (BrokerFailovers failovers = new BrokerFailovers(null)) {
            assertThatThrownBy(() -> takeOver(failovers, false))
                    .hasRootCauseMessage("ERR the broker decides about roles, and this proxy knows none; "
                            + "set undermoon.broker_address");
        }
    }

    private static BrokerFailovers at(String broker) {
        return BrokerFailovers.of(Configs.settings("broker_address", broker));
    }

    private static void takeOver(BrokerFailovers failovers, boolean force)
            throws InterruptedException, ExecutionException {
        failovers.takeOverFrom(MASTER, force).toCompletableFuture().get();
    }
}
