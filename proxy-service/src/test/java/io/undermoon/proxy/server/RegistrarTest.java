package io.undermoon.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.config.Configs;
import io.undermoon.proxy.config.RegistrationSettings;
import io.undermoon.proxy.testing.BrokerDouble;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RegistrarTest {
    private static final String SELF = "127.0.0.1:5299";
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final AtomicBoolean nodesUp = new AtomicBoolean(true);
    private final AtomicReference<RegisteredMarks> marks = new AtomicReference<>(RegisteredMarks.NONE);
    private final List<Proxy> passedOn = new CopyOnWriteArrayList<>();
    private Registrar registrar;

    private void start(String brokers, String... more) {
        String[] values = new String[6 + more.length];
        System.arraycopy(more, 0, values, 6, more.length);
        values[0] = "broker_address";
        values[1] = brokers;
        values[2] = "node_addresses";
        values[3] = "127.0.0.1:7001,127.0.0.1:7002";
        values[4] = "registration_interval";
        values[5] = "50ms";
        RegistrationSettings settings = Configs.settings(values).registration();
        BrokerClient client = new BrokerClient(settings.brokers(), null, settings.token(), () -> null);
        registrar = new Registrar(
                settings, client, nodesUp::get, () -> true, marks::get, (known, leases) -> passedOn.add(known));
        registrar.start();
    }

    @AfterEach
    void stop() {
        registrar.close();
    }

    @Test
    void registers_what_it_is() {
        try (BrokerDouble broker = new BrokerDouble(0)) {
            start(broker.address(), "host", "rack-1", "index", "3", "replica_port", "6000");

            await().atMost(LIMIT).until(registrar::isRegistered);
            assertThat(broker.registrations())
                    .singleElement()
                    .hasToString(
                            "{\"proxy_address\":\"127.0.0.1:5299\",\"nodes\":[\"127.0.0.1:7001\",\"127.0.0.1:7002\"],"
                                    + "\"host\":\"rack-1\",\"replica_address\":\"127.0.0.1:6000\",\"index\":3,"
                                    + "\"marks_nodes\":true,\"installation_id\":null,\"unusable\":null}");
        }
    }

    @Test
    void registers_again_when_it_was_forgotten_or_taken_for_failed() {
        try (BrokerDouble broker = new BrokerDouble(0)) {
            start(broker.address());
            await().atMost(LIMIT).until(registrar::isRegistered);

            broker.forget(SELF);
            await().atMost(LIMIT).until(() -> broker.knows(SELF));

            broker.fail(SELF);
            await().atMost(LIMIT).until(() -> !broker.isFailed(SELF));
        }
    }

    @Test
    void registers_again_once_when_the_broker_has_another_replica_address() {
        try (BrokerDouble broker = new BrokerDouble(0)) {
            broker.replicaAddress("127.0.0.1:5999");
            start(broker.address(), "replica_port", "6000");
            await().atMost(LIMIT).until(() -> broker.registrations().size() == 1);
            awaitQuestions(broker);
            broker.replicaAddress("127.0.0.1:5999");
            await().atMost(LIMIT).until(() -> broker.registrations().size() == 2);
            awaitQuestions(broker);

            broker.keepsNoReplicaAddress();
            await().atMost(LIMIT).until(() -> broker.registrations().size() == 3);
            awaitQuestions(broker);
            assertThat(broker.registrations())
                    .as("of a broker that keeps no replica address")
                    .hasSize(3);
            assertThat(registrar.isRegistered()).isTrue();
        }
    }

    @Test
    void tells_the_broker_when_its_nodes_cannot_be_used() {
        try (BrokerDouble broker = new BrokerDouble(0)) {
            start(broker.address());
            await().atMost(LIMIT).until(() -> broker.registrations().size() == 1);
            assertThat(broker.registrations().get(0).path("marks_nodes").asBoolean())
                    .isTrue();

            marks.set(new RegisteredMarks("a", "node 127.0.0.1:7001 has keys of unknown origin"));
            await().atMost(LIMIT).until(() -> broker.registrations().size() == 2);
            assertThat(broker.registrations().get(1).path("unusable").asText())
                    .isEqualTo("node 127.0.0.1:7001 has keys of unknown origin");
            assertThat(broker.registrations().get(1).path("installation_id").asText())
                    .isEqualTo("a");
        }
    }

    private static void awaitQuestions(BrokerDouble broker) {
        int before = broker.questions();
        await().atMost(LIMIT).until(() -> broker.questions() > before + 3);
    }

    @Test
    void passes_on_what_the_broker_knows() {
        try (BrokerDouble broker = new BrokerDouble(0)) {
            Proxy known = new Proxy(
                    new ClusterName("demo"),
                    new ProxyAddress(SELF),
                    new Epoch(7),
                    List.of(),
                    List.of(),
                    List.of(),
                    ClusterConfig.DEFAULT,
                    null);
            broker.know(known);
            start(broker.address());

            await().atMost(LIMIT).untilAsserted(() -> assertThat(passedOn).contains(known));
        }
    }

    @Test
    void stays_failed_while_a_node_is_down() {
        try (BrokerDouble broker = new BrokerDouble(0)) {
            nodesUp.set(false);
            broker.fail(SELF);
            start(broker.address());
            await().during(Duration.ofMillis(300))
                    .atMost(LIMIT)
                    .until(() -> broker.isFailed(SELF) && !registrar.isRegistered());

            nodesUp.set(true);

            await().atMost(LIMIT).until(() -> registrar.isRegistered() && !broker.isFailed(SELF));
        }
    }

    @Test
    void waits_for_a_broker_that_is_away_and_finds_another_one() {
        int port;
        try (BrokerDouble gone = new BrokerDouble(0)) {
            port = gone.port();
        }
        try (BrokerDouble second = new BrokerDouble(0)) {
            start("127.0.0.1:" + port + "," + second.address());
            await().atMost(LIMIT).until(() -> second.knows(SELF));
        }
        try (BrokerDouble first = new BrokerDouble(port)) {
            await().atMost(LIMIT).until(() -> first.knows(SELF) && registrar.isRegistered());
        }
        assertThat(registrar.isRegistered()).as("what was last known").isTrue();
    }
}
