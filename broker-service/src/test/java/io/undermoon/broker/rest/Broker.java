package io.undermoon.broker.rest;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.not;

import io.restassured.response.ValidatableResponse;
import java.util.List;
import java.util.Map;

/** The calls that most tests of the API make. */
final class Broker {
    static final String V3 = "/api/v3";

    private Broker() {}

    /** Gives the broker empty metadata, with a higher epoch. */
    static void reset(boolean ordered) {
        given().contentType("application/json")
                .body(Map.of(
                        "version", "mem-broker-0.2",
                        "global_epoch", epoch() + 1,
                        "clusters", Map.of(),
                        "all_proxies", Map.of(),
                        "failed_proxies", List.of(),
                        "failures", Map.of(),
                        "enable_ordered_proxy", ordered))
                .put(V3 + "/metadata")
                .then()
                .statusCode(200);
    }

    static long epoch() {
        return Long.parseLong(
                given().get(V3 + "/epoch").then().statusCode(200).extract().asString());
    }

    static ValidatableResponse get(String path) {
        return given().get(V3 + path).then();
    }

    static ValidatableResponse post(String path) {
        return given().noContentType().post(V3 + path).then();
    }

    static ValidatableResponse put(String path) {
        return given().noContentType().put(V3 + path).then();
    }

    static ValidatableResponse delete(String path) {
        return given().delete(V3 + path).then();
    }

    static ValidatableResponse post(String path, Object body) {
        return given().contentType("application/json")
                .body(body)
                .post(V3 + path)
                .then();
    }

    static ValidatableResponse put(String path, Object body) {
        return given().contentType("application/json").body(body).put(V3 + path).then();
    }

    static ValidatableResponse patch(String path, Object body) {
        return given().contentType("application/json")
                .body(body)
                .patch(V3 + path)
                .then();
    }

    /** A success without a body. */
    static void ok(ValidatableResponse response) {
        response.statusCode(200).body(emptyString());
    }

    /** A refusal as JSON. */
    static ValidatableResponse refused(ValidatableResponse response, int status, String code) {
        return response.statusCode(status)
                .contentType("application/json")
                .body("error", org.hamcrest.Matchers.equalTo(code))
                .body("message", not(emptyString()));
    }

    static String proxy(int host) {
        return "10.0.0." + host + ":5299";
    }

    static ValidatableResponse register(int host) {
        return post("/proxies/meta", registration(host));
    }

    static Map<String, Object> registration(int host) {
        String ip = "10.0.0." + host;
        return Map.of("proxy_address", ip + ":5299", "nodes", List.of(ip + ":7001", ip + ":7002"));
    }

    /** Registers proxies 1 to n, each on a host of its own. */
    static void registerAll(int n) {
        for (int host = 1; host <= n; host++) {
            ok(register(host));
        }
    }

    static void create(String cluster, int nodes) {
        ok(post("/clusters/meta/" + cluster, Map.of("node_number", nodes)));
    }
}
