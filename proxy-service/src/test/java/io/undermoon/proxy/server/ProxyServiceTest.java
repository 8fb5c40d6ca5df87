package io.undermoon.proxy.server;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplMeta;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.config.ProxyConfig;
import io.undermoon.proxy.testing.BrokerDouble;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.SlotRanges;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The whole program: first alone and without a broker, then in a cluster. */
@QuarkusTest
@QuarkusTestResource(ProxyTestResource.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ProxyServiceTest {
    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final RespValue OK = new RespValue.Simple("OK");

    @Inject
    ProxyConfig config;

    private RespConnection connect() {
        return RespConnection.to(config.address().port());
    }

    private String address() {
        return config.address().toString();
    }

    private String node(int index) {
        return config.nodeAddresses().orElseThrow().get(index).toString();
    }

    @Test
    @Order(1)
    void lives_but_is_not_ready_without_metadata() {
        try (RespConnection client = connect()) {
            assertThat(client.call("PING")).isEqualTo(new RespValue.Simple("PONG"));
        }
        given().get("/q/health/live").then().statusCode(200);
        await().atMost(LIMIT)
                .untilAsserted(() -> given().get("/q/health/ready")
                        .then()
                        .statusCode(503)
                        .body("checks.find { it.name == 'proxy' }.status", equalTo("DOWN"))
                        .body("checks.find { it.name == 'proxy' }.data.registered", equalTo(false))
                        .body("checks.find { it.name == 'proxy' }.data.'" + node(0) + "'", equalTo("master up")));
    }

    @Test
    @Order(2)
    void registers_once_the_broker_is_there() {
        int port = config.brokerAddress().orElseThrow().get(0).port();
        try (BrokerDouble broker = new BrokerDouble(port)) {
            await().atMost(LIMIT).until(() -> broker.knows(address()));
            assertThat(broker.registrations().get(0).path("nodes").size()).isEqualTo(2);
            await().atMost(LIMIT)
                    .untilAsserted(() ->
                            given().get("/q/metrics").then().body(containsString("undermoon_proxy_registered 1.0")));
        }
    }

    @Test
    @Order(3)
    void serves_by_what_the_broker_knows_while_no_coordinator_tells_it() {
        int port = config.brokerAddress().orElseThrow().get(0).port();
        try (BrokerDouble broker = new BrokerDouble(port);
                RespConnection client = connect()) {
            broker.know(known(1));

            await().atMost(LIMIT)
                    .untilAsserted(() ->
                            assertThat(client.call("SET", "early", "value")).isEqualTo(OK));
            assertThat(client.call("UMCTL", "GETEPOCH")).isEqualTo(new RespValue.Int(1));

            broker.know(known(2));
            int before = broker.questions();
            await().atMost(LIMIT).until(() -> broker.questions() > before + 2);
            assertThat(client.call("UMCTL", "GETEPOCH"))
                    .as("from then on coordinators tell it")
                    .isEqualTo(new RespValue.Int(1));
        }
    }

    private Proxy known(long epoch) {
        ProxyAddress self = new ProxyAddress(address());
        NodeAddress master = new NodeAddress(node(0));
        NodeAddress replica = new NodeAddress(node(1));
        ReplMeta ofMaster = new ReplMeta(Role.MASTER, List.of(new ReplPeer(replica, self)));
        ReplMeta ofReplica = new ReplMeta(Role.REPLICA, List.of(new ReplPeer(master, self)));
        return new Proxy(
                new ClusterName("demo"),
                self,
                new Epoch(epoch),
                List.of(
                        new Node(master, self, List.of(TaggedSlots.stable(SlotRanges.ALL)), ofMaster),
                        new Node(replica, self, List.of(), ofReplica)),
                List.of(),
                List.of(),
                ClusterConfig.DEFAULT,
                null);
    }

    @Test
    @Order(4)
    void serves_and_replicates_once_it_was_told_to() {
        try (RespConnection client = connect()) {
            assertThat(client.call(
                            "UMCTL", "SETREPL", "2", "NOFLAG", "master", "demo", node(0), "1", node(1), address(),
                            "replica", "demo", node(1), "1", node(0), address()))
                    .isEqualTo(OK);
            assertThat(client.call("UMCTL", "SETCLUSTER", "v2", "2", "NOFLAG", "demo", node(0), "1", "0-16383"))
                    .isEqualTo(OK);
            assertThat(client.call("SET", "key", "value")).isEqualTo(OK);
            assertThat(client.call("LPUSH", "key", "value")).isInstanceOf(RespValue.Failure.class);
            assertThat(client.call("GET")).isInstanceOf(RespValue.Failure.class);
            assertThat(client.call("UMCTL", "READY")).isEqualTo(new RespValue.Int(1));
        }
        await().atMost(LIMIT)
                .untilAsserted(() -> given().get("/q/health/ready")
                        .then()
                        .statusCode(200)
                        .body("checks.find { it.name == 'proxy' }.data.cluster", equalTo("demo"))
                        .body("checks.find { it.name == 'proxy' }.data.epoch", equalTo(2))
                        .body("checks.find { it.name == 'proxy' }.data.'" + node(1) + "'", startsWith("replica up")));
        try (RespConnection client = connect()) {
            await().atMost(LIMIT)
                    .until(() -> client.call("UMCTL", "NODES").toString().contains("up"));
        }
    }

    @Test
    @Order(5)
    void shows_its_figures_to_prometheus() {
        await().atMost(LIMIT)
                .untilAsserted(() -> given().get("/q/metrics")
                        .then()
                        .statusCode(200)
                        .body(containsString("undermoon_proxy_commands_total{command=\"set\",outcome=\"ok\"} 2.0"))
                        .body(containsString("undermoon_proxy_commands_total{command=\"lpush\",outcome=\"error\"} 1.0"))
                        .body(containsString(
                                "undermoon_proxy_commands_total{command=\"get\",outcome=\"rejected\"} 1.0"))
                        .body(not(containsString("command=\"hgetall\"")))
                        .body(containsString("undermoon_proxy_reply_seconds_bucket{le=\"+Inf\"}"))
                        .body(containsString("undermoon_proxy_epoch 2.0"))
                        .body(containsString(
                                "undermoon_proxy_info{cluster=\"demo\",address=\"" + address() + "\"} 1.0"))
                        .body(containsString("redis_up 1.0"))
                        .body(containsString("redis_commands_total{cmd=\"set\"} 2.0"))
                        .body(containsString("redis_db_keys{db=\"db0\"} "))
                        .body(containsString("undermoon_proxy_ready 1.0"))
                        .body(containsString("undermoon_proxy_node_up{node=\"" + node(0) + "\",role=\"master\"} 1.0"))
                        .body(containsString("undermoon_proxy_replication_link_up{node=\"" + node(1) + "\"} 1.0")));
    }

    @Test
    @Order(6)
    void follows_the_file_of_users() throws IOException {
        Files.writeString(
                Path.of(config.usersFile().orElseThrow()),
                "user default on nopass ~* &* +@all\nuser late on >pass +ping\n");
        try (RespConnection client = connect()) {
            await().atMost(LIMIT)
                    .until(() -> client.call("AUTH", "late", "pass").equals(OK));
        }
    }
}
