package io.undermoon.coordinator.detect;

import static io.undermoon.coordinator.testing.Fixtures.epoch;
import static io.undermoon.coordinator.testing.Fixtures.proxy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.port.KeyedExecutor;
import io.undermoon.coordinator.testing.FakeBroker;
import io.undermoon.coordinator.testing.FakeProxies;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaseGrantsTest {
    private final FakeBroker broker = new FakeBroker();
    private final FakeProxies proxies = new FakeProxies();
    private final LeaseGrants grants =
            new LeaseGrants(broker, proxies, new KeyedExecutor("test", Runnable::run, 4), true);

    @BeforeEach
    void register() {
        broker.epoch = epoch(7);
        broker.register(proxy(1), proxy(2));
        proxies.epochs.put(proxy(1), epoch(7));
        proxies.epochs.put(proxy(2), epoch(7));
    }

    @Test
    void asks_nobody_while_partners_renew_the_leases() {
        probe();
        grants.round();
        assertThat(broker.calls).isEmpty();
        assertThat(proxies.renewals).isEmpty();
    }

    @Test
    void renews_the_lease_of_a_proxy_that_is_alone_with_each_token_once() {
        proxies.alone.add(proxy(2));
        probe();
        grants.round();
        grants.round();
        assertThat(proxies.renewals).containsExactly(proxy(2) + " token2", proxy(2) + " token3");
        assertThat(grants.proxies()).isEqualTo(1);

        proxies.alone.clear();
        grants.round();
        grants.round();
        assertThat(proxies.renewals).hasSize(3);
        assertThat(grants.proxies()).isZero();
    }

    /** It may have been replaced by the metadata that it does not have yet. */
    @Test
    void does_not_renew_the_lease_of_a_proxy_with_other_metadata() {
        proxies.alone.add(proxy(2));
        probe();
        broker.epoch = epoch(8);
        grants.round();
        assertThat(proxies.renewals).isEmpty();

        proxies.epochs.put(proxy(2), epoch(8));
        probe();
        grants.round();
        assertThat(proxies.renewals).hasSize(1);
    }

    /** The broker has been restored, or has a copy: the other proxy may have become the successor meanwhile. */
    @Test
    void does_not_renew_while_a_proxy_has_newer_metadata_than_the_broker() {
        proxies.alone.add(proxy(2));
        proxies.epochs.put(proxy(1), epoch(8));
        probe();
        assertThatThrownBy(grants::round).isInstanceOf(BrokerException.class).hasMessageContaining("epoch 8");
        assertThat(proxies.renewals).isEmpty();

        broker.epoch = epoch(9);
        proxies.epochs.put(proxy(1), epoch(9));
        proxies.epochs.put(proxy(2), epoch(9));
        probe();
        grants.round();
        assertThat(proxies.renewals).hasSize(1);
    }

    @Test
    void forgets_the_metadata_of_a_proxy_that_is_gone() {
        proxies.alone.add(proxy(2));
        proxies.epochs.put(proxy(1), epoch(8));
        probe();
        broker.registered.remove(proxy(1));
        grants.round();
        broker.register(proxy(1));
        grants.round();
        assertThat(proxies.renewals).hasSize(2);
    }

    @Test
    void asks_the_broker_after_the_proxy_has_given_its_token_and_for_all_proxies_at_once() {
        proxies.alone.add(proxy(1));
        proxies.alone.add(proxy(2));
        probe();
        grants.round();
        assertThat(broker.calls).containsExactly("epochs");
        assertThat(proxies.renewals).hasSize(2);
    }

    @Test
    void does_not_renew_without_a_broker() {
        proxies.alone.add(proxy(1));
        probe();
        broker.down = true;
        assertThatThrownBy(grants::round).isInstanceOf(BrokerException.class);
        assertThat(proxies.renewals).isEmpty();
    }

    @Test
    void a_token_of_a_proxy_that_does_not_answer_is_not_used_again() {
        proxies.alone.add(proxy(1));
        probe();
        proxies.dead.add(proxy(1));
        grants.round();
        proxies.dead.clear();
        grants.round();
        assertThat(proxies.renewals).isEmpty();
    }

    @Test
    void grants_nothing_with_a_broker_of_the_original() {
        assertThat(grants.areGranted()).isTrue();
        broker.knowsEpochsQuestion = false;
        assertThat(grants.areGranted()).isFalse();
        proxies.alone.add(proxy(1));
        probe();
        grants.round();
        assertThat(proxies.renewals).isEmpty();
    }

    private void probe() {
        grants.answered(proxy(1), proxies.probe(proxy(1)));
        grants.answered(proxy(2), proxies.probe(proxy(2)));
    }
}
