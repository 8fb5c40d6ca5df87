package io.undermoon.broker.rest;

import static io.restassured.RestAssured.given;
import static io.undermoon.broker.rest.Broker.V3;
import static io.undermoon.broker.rest.Broker.get;
import static io.undermoon.broker.rest.Broker.ok;
import static io.undermoon.broker.rest.Broker.proxy;
import static io.undermoon.broker.rest.Broker.refused;
import static io.undermoon.broker.rest.Broker.register;
import static io.undermoon.client.HttpReply.STALE_SINCE;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.undermoon.testsupport.EtcdServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The API over a real etcd, which goes away and comes back. */
@EnabledIf("io.undermoon.testsupport.EtcdServers#isInstalled")
@QuarkusTest
@QuarkusTestResource(value = EtcdApiTest.Etcd.class, restrictToAnnotatedClass = true)
class EtcdApiTest {
    private Etcd etcd;

    @Test
    void answers_reads_and_refuses_changes_while_etcd_is_away_and_recovers() {
        ok(register(1));
        get("/proxies/addresses").statusCode(200).header(STALE_SINCE, nullValue());
        given().header("Cache-Control", "no-cache")
                .get(V3 + "/proxies/addresses")
                .then()
                .statusCode(200);

        etcd.servers.kill(0);
        refused(register(2), 500, "EXTERNAL").body("message", containsString("etcd [" + etcd.servers.address(0)));
        get("/proxies/addresses")
                .statusCode(200)
                .header(STALE_SINCE, notNullValue())
                .body("addresses", contains(proxy(1)));
        given().header("Cache-Control", "no-cache")
                .get(V3 + "/proxies/addresses")
                .then()
                .statusCode(500);
        refused(get("/watch?epoch=1&timeout=60"), 500, "EXTERNAL");
        given().get("/q/health/ready").then().statusCode(503);

        etcd.servers.restart(0);
        await().untilAsserted(() -> given().get("/q/health/ready").then().statusCode(200));
        get("/proxies/addresses").header(STALE_SINCE, nullValue());
        ok(register(2));
        get("/proxies/addresses").body("addresses", contains(proxy(1), proxy(2)));
    }

    /** One member for the time of the test. */
    public static final class Etcd implements QuarkusTestResourceLifecycleManager {
        private EtcdServers servers;

        @Override
        public Map<String, String> start() {
            try {
                servers = EtcdServers.start(Files.createTempDirectory("broker-etcd"), 1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return Map.of(
                    "undermoon.storage_type",
                    "etcd",
                    "undermoon.etcd.endpoints",
                    servers.address(0),
                    "undermoon.etcd.timeout",
                    "900ms");
        }

        @Override
        public void inject(Object test) {
            ((EtcdApiTest) test).etcd = this;
        }

        @Override
        public void stop() {
            servers.close();
        }
    }
}
