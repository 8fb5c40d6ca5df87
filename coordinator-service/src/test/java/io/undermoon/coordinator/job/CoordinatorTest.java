package io.undermoon.coordinator.job;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.undermoon.coordinator.config.CoordinatorConfig;
import io.undermoon.metadata.HostPort;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the whole service between a scripted broker and a scripted proxy. */
@QuarkusTest
@QuarkusTestResource(ScriptedBrokerAndProxy.class)
class CoordinatorTest {
    @Inject
    CoordinatorConfig config;

    @Test
    void updates_a_proxy_and_then_moves_no_metadata() {
        await().atMost(Duration.ofSeconds(15)).untilAtomic(ScriptedBrokerAndProxy.PROXY_EPOCH, equalTo(3L));
        ScriptedBrokerAndProxy.WANTED_EPOCH.set(8);
        await().atMost(Duration.ofSeconds(15)).untilAtomic(ScriptedBrokerAndProxy.PROXY_EPOCH, equalTo(8L));

        long fetched = metadataRequests();
        int asked = ScriptedBrokerAndProxy.broker.requests.size();
        await().atMost(Duration.ofSeconds(15)).until(() -> ScriptedBrokerAndProxy.broker.requests.size() > asked + 20);
        assertThat(metadataRequests()).isEqualTo(fetched);
        assertThat(ScriptedBrokerAndProxy.proxy.connections()).isLessThanOrEqualTo(3);
    }

    @Test
    void exposes_health_and_metrics() {
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> given().get("/q/health/ready").then().statusCode(200));
        given().get("/q/health/live").then().statusCode(200).body("checks.name", equalTo(List.of("loops")));
        given().get("/q/health/ready").then().body("checks.name", equalTo(List.of("broker")));
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> given().get("/q/metrics")
                        .then()
                        .statusCode(200)
                        .body(containsString("undermoon_proxies_answering 1.0"))
                        .body(containsString("undermoon_pushes_total{outcome=\"applied\"}"))
                        .body(containsString("undermoon_failure_reports_total 0.0"))
                        .body(containsString("undermoon_rounds_seconds_count{loop=\"detect\",outcome=\"success\"}")));
    }

    @Test
    void operators_talk_to_the_admin_port() throws IOException {
        String brokers = config.brokerAddress().get(0).toString();
        assertThat(say("PING\r\n", 7)).isEqualTo("+PONG\r\n");
        assertThat(say("*3\r\n$6\r\nconfig\r\n$3\r\nget\r\n$11\r\nreporter_id\r\n", 12))
                .isEqualTo("$6\r\ntester\r\n");
        String bulk = "$" + brokers.length() + "\r\n" + brokers + "\r\n";
        assertThat(say("CONFIG GET brokers\r\n", bulk.length())).isEqualTo(bulk);
        assertThat(say("CONFIG SET brokers " + brokers + ",nonsense\r\n", 50))
                .startsWith("-Invalid CONFIG SET value for brokers: address");
        assertThat(say("CONFIG GET brokers\r\n", bulk.length())).as("unchanged").isEqualTo(bulk);
        assertThat(say("CONFIG SET brokers " + brokers + "\r\n", 5)).isEqualTo("+OK\r\n");
    }

    private static long metadataRequests() {
        return ScriptedBrokerAndProxy.broker.requests.stream()
                .filter(request -> request.contains("/meta/"))
                .count();
    }

    private String say(String command, int expectedBytes) throws IOException {
        HostPort address = config.address();
        try (Socket socket = new Socket(address.host(), address.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(command.getBytes(StandardCharsets.UTF_8));
            InputStream in = socket.getInputStream();
            return new String(in.readNBytes(expectedBytes), StandardCharsets.UTF_8);
        }
    }
}
