package io.undermoon.broker.rest;

import static io.undermoon.broker.rest.Broker.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.hasSize;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a web page of another origin can have a browser send. */
@QuarkusTest
class OtherOriginTest {
    private static final String FAILOVER = "/api/v3/proxies/failover/" + Broker.proxy(1);

    @BeforeEach
    void reset() {
        Broker.reset(false);
        Broker.registerAll(2);
        Broker.create("demo", 4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://evil.example", "null", "http://localhost:3000", "http://localhost.evil.example"})
    void may_change_nothing_from_another_page(String origin) {
        for (String path : new String[] {FAILOVER, FAILOVER.replace("v3", "v2")}) {
            RawHttp.Reply reply = RawHttp.send("POST", path, "", "Host: localhost", "Origin: " + origin);
            assertThat(reply.status()).isEqualTo(403);
            assertThat(reply.body()).contains("FORBIDDEN").contains("undermoon.allowed_hosts");
            assertThat(reply.headers()).doesNotContainIgnoringCase("access-control");
        }
        get("/proxies/failed/addresses").body("addresses", hasSize(0));
    }

    @Test
    void may_not_ask_under_a_name_that_was_made_to_point_here() {
        for (String method : new String[] {"GET", "POST"}) {
            RawHttp.Reply reply = RawHttp.send(method, FAILOVER, "", "Host: evil.example:7799");
            assertThat(reply.status()).isEqualTo(403);
            assertThat(reply.body()).contains("evil.example:7799").contains("undermoon.allowed_hosts");
        }
        get("/proxies/failed/addresses").body("addresses", hasSize(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "text"})
    void may_not_send_a_form(String type) {
        RawHttp.Reply reply = RawHttp.send("POST", FAILOVER, "", "Host: localhost", "Content-Type: " + type);
        assertThat(reply.status()).isEqualTo(415);
        assertThat(reply.body()).contains("UNSUPPORTED_MEDIA_TYPE");
        get("/proxies/failed/addresses").body("addresses", hasSize(0));
    }

    @Test
    void may_do_everything_from_the_own_page() {
        RawHttp.Reply reply = RawHttp.send(
                "POST",
                "/api/v3/resources/failures/check",
                "",
                "Host: localhost",
                "Origin: http://localhost",
                "Content-Type: application/json; charset=utf-8");
        assertThat(reply.status()).isEqualTo(200);
        RawHttp.Reply preflight = RawHttp.send(
                "OPTIONS",
                FAILOVER,
                "",
                "Host: localhost",
                "Origin: http://localhost",
                "Access-Control-Request-Method: POST");
        assertThat(preflight.headers()).doesNotContainIgnoringCase("access-control");
    }
}
