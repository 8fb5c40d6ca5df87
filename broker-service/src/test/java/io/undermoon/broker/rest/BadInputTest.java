package io.undermoon.broker.rest;

import static io.restassured.RestAssured.given;
import static io.undermoon.broker.rest.Broker.get;
import static io.undermoon.broker.rest.Broker.ok;
import static io.undermoon.broker.rest.Broker.patch;
import static io.undermoon.broker.rest.Broker.post;
import static io.undermoon.broker.rest.Broker.proxy;
import static io.undermoon.broker.rest.Broker.put;
import static io.undermoon.broker.rest.Broker.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Input that people and generators of test cases send by mistake: it is refused with a reason and changes nothing. */
@QuarkusTest
class BadInputTest {
    @BeforeEach
    void reset() {
        Broker.reset(false);
        Broker.registerAll(4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"node_number\":\"4\"}",
                "{\"node_number\":4.0}",
                "{\"node_number\":true}",
                "{\"node_number\":null}",
                "{\"node_number\":[4]}",
                "{\"node_number\":18446744073709551620}",
                "{\"node_number\":4,\"node_number\":4}",
                "{\"nodeNumber\":4}",
                "{\"node_number\":4} {}",
                "[4]",
                "null",
                "4",
                ""
            })
    void takes_a_number_for_a_number_and_once(String body) {
        refused(post("/clusters/meta/demo", body), 400, "INVALID_REQUEST");
        get("/clusters/names").body("names", hasSize(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"9223372036854775804", "9223372036854775800", "4294967300", "32772", "-4", "0", "6"})
    void refuses_numbers_of_nodes_that_no_cluster_can_have(String number) {
        Broker.create("demo", 4);
        String body = "{\"node_number\":" + number + "}";
        refused(post("/clusters/meta/more", body), 400, "INVALID_NODE_NUMBER");
        refused(patch("/clusters/nodes/demo", body), 400, "INVALID_NODE_NUMBER");
        if (!number.startsWith("-")) {
            post("/clusters/migrations/auto/demo/" + number).statusCode(400).body("error", not(emptyString()));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "PUT|/config|{`replica_addresses`:[null]}|replica_addresses",
                "POST|/proxies/meta|{`proxy_address`:`a:1`,`nodes`:[null,`a:2`]}|nodes",
                "POST|/proxies/meta|{`proxy_address`:`a:1`,`nodes`:[1,`a:2`]}|nodes",
                "POST|/proxies/meta|{`proxy_address`:5,`nodes`:[`a:1`,`a:2`]}|proxy_address",
                "POST|/clusters/migrations/reshard/a|{`destination`:`a:1`,`sources`:[null],`slot_number`:1}|sources",
                "POST|/clusters/migrations/reshard/a|{`destination`:`a:1`,`range_list`:[null]}|range_list",
                "POST|/clusters/migrations/reshard/a|{`destination`:`a:1`,`range_list`:[[0]]}|range_list",
                "POST|/clusters/migrations/reshard/a|{`destination`:`a:1`,`range_list`:[[0,null]]}|range_list",
                "POST|/clusters/migrations/rebalance/a|{`weights`:{`a:1`:null}}|weights",
                "POST|/clusters/migrations/rebalance/a|{`weights`:{`a:1`:`2`}}|weights",
                "PUT|/clusters/migrations/progress|{`reports`:[null]}|reports",
                "PUT|/clusters/migrations/progress|{`reports`:[{`progress`:{`state`:0}}]}|state",
                "PATCH|/clusters/config/a|{`migration_scan_count`:64}|migration_scan_count",
                "PATCH|/clusters/config/a|{`migration_scan_count`:null}|migration_scan_count"
            })
    void names_the_field_with_a_wrong_or_missing_value(String method, String path, String body, String field) {
        given().contentType("application/json")
                .body(body.replace('`', '"'))
                .request(method, "/api/v3" + path)
                .then()
                .statusCode(400)
                .contentType("application/json")
                .body("error", equalTo("INVALID_REQUEST"))
                .body("message", containsString(field));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a%3Bb", "a%20b", "a%2Fb", "%2e%2e%2e", "a.b", "%00"})
    void refuses_names_that_no_cluster_can_have(String name) {
        RawHttp.Reply reply = RawHttp.send(
                "POST",
                "/api/v3/clusters/meta/" + name,
                "{\"node_number\":4}",
                "Host: localhost",
                "Content-Type: application/json");
        assertThat(reply.body()).contains("INVALID_CLUSTER_NAME");
        assertThat(reply.status()).isEqualTo(400);
        get("/clusters/names").body("names", hasSize(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo;b", "demo;", ";demo", "demo;b=c"})
    void takes_a_semicolon_for_no_end_of_a_name(String name) {
        RawHttp.Reply reply =
                RawHttp.send("POST", "/api/v3/clusters/meta/" + name, "{\"node_number\":4}", "Host: localhost");
        assertThat(reply.body()).contains("INVALID_REQUEST").contains("%3B");
        assertThat(reply.status()).isEqualTo(400);
        get("/clusters/names").body("names", hasSize(0));
    }

    @Test
    void gives_a_node_to_one_proxy_only() {
        long epoch = Broker.epoch();
        Map<String, Object> second =
                Map.of("proxy_address", "10.0.0.9:5299", "nodes", List.of("10.0.0.9:7001", "10.0.0.1:7002"));
        refused(post("/proxies/meta", second), 409, "IN_USE")
                .body("message", containsString("10.0.0.1:7002"))
                .body("message", containsString(proxy(1)));
        assertThat(Broker.epoch()).isEqualTo(epoch);
    }

    @Test
    void gives_an_index_to_one_proxy_only() {
        Broker.reset(true);
        ok(post("/proxies/meta", indexed(1, 0)));
        ok(post("/proxies/meta", indexed(2, 1)));
        refused(post("/proxies/meta", indexed(3, 1)), 409, "IN_USE").body("message", containsString(proxy(2)));
        refused(post("/proxies/meta", indexed(2, 1)), 409, "ALREADY_EXISTED");
        refused(post("/proxies/meta", indexed(2, 0)), 409, "IN_USE");
        ok(post("/proxies/meta", indexed(2, 4)));
    }

    @Test
    void takes_true_or_false_for_a_switch() {
        Broker.create("demo", 4);
        for (String word : List.of("maybe", "1", "TRUE")) {
            refused(post("/proxies/failover/" + proxy(1) + "?force=" + word), 400, "INVALID_REQUEST")
                    .body("message", containsString("force"));
        }
        get("/proxies/failed/addresses").body("addresses", hasSize(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/proxies/addresses?offset=-1",
                "/proxies/addresses?offset=%2B1",
                "/proxies/addresses?limit=1.0",
                "/proxies/addresses?limit=9223372036854775808",
                "/proxies/epochs?offset=-",
                "/clusters/names?limit=x",
                "/clusters/info?offset=0x1",
                "/watch?epoch=%D9%A1",
                "/watch?timeout=-1"
            })
    void takes_digits_for_a_number_in_a_query(String path) {
        RawHttp.Reply reply = RawHttp.send("GET", "/api/v3" + path, "");
        assertThat(reply.body()).contains("INVALID_REQUEST");
        assertThat(reply.status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v3/epoch/",
                "/api/v3//epoch",
                "//api/v3/epoch",
                "/%61pi/v3/epoch",
                "/api/v3/%65poch",
                "/API/v3/epoch",
                "/api/v3/clusters/meta/",
                "/api/v3/clusters//meta/a",
                "/api/v3/clusters/meta/a/",
                "/api/v3/./epoch",
                "/api/v3/clusters/../epoch",
                "/api/v3/clusters/%2e%2e/epoch",
                "/api/v2/epoch/"
            })
    void has_one_spelling_for_each_path(String path) {
        RawHttp.Reply reply = RawHttp.send("GET", path, "");
        assertThat(reply.body()).contains("PATH_NOT_FOUND").contains(path);
        assertThat(reply.status()).isEqualTo(404);
    }

    @Test
    void names_the_methods_of_a_path() {
        for (String version : List.of("/api/v3", "/api/v2")) {
            given().delete(version + "/epoch")
                    .then()
                    .statusCode(405)
                    .header("Allow", equalTo("GET, HEAD"))
                    .body("error", equalTo("METHOD_NOT_ALLOWED"))
                    .body("message", equalTo(version + "/epoch takes GET, HEAD, not DELETE"));
            given().options(version + "/clusters/meta/a")
                    .then()
                    .statusCode(204)
                    .header("Allow", equalTo("DELETE, GET, HEAD, POST"));
            given().head(version + "/epoch").then().statusCode(200);
        }
    }

    @Test
    void names_the_path_that_was_sent() {
        given().accept("image/png")
                .get("/api/v2/proxies/addresses")
                .then()
                .statusCode(406)
                .body("message", containsString("/api/v2/proxies/addresses"));
        given().get("/api/v2/nothing").then().statusCode(404).body("message", containsString("/api/v2/nothing"));
    }

    @Test
    void refuses_a_large_body_before_it_reads_it() {
        String large = "[" + "0,".repeat(1_000_000) + "0]";
        RawHttp.Reply reply = RawHttp.send("POST", "/api/v3/clusters/meta/demo", large);
        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.body()).contains("PAYLOAD_TOO_LARGE").contains("1048576");
        RawHttp.Reply announced = RawHttp.announce("PUT", "/api/v3/metadata", 20_000_000);
        assertThat(announced.status()).isEqualTo(413);
        assertThat(announced.body()).contains("16777216");
    }

    @Test
    void does_not_make_a_tree_of_a_large_dump() {
        String nested = "{\"clusters\":[" + "[],".repeat(4_000_000) + "[]]}";
        refused(put("/metadata", nested), 400, "INVALID_REQUEST").body("message", containsString("clusters"));
    }

    private static Map<String, Object> indexed(int host, long index) {
        String ip = "10.0.0." + host;
        return Map.of("proxy_address", ip + ":5299", "nodes", List.of(ip + ":7001", ip + ":7002"), "index", index);
    }
}
