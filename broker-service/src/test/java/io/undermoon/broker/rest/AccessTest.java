package io.undermoon.broker.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.undermoon.broker.auth.AccessControl;
import io.undermoon.broker.auth.Role;
import io.undermoon.broker.config.BrokerConfig;
import io.undermoon.testsupport.Sha256;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The API with accounts: every endpoint asks for its role. */
@QuarkusTest
@TestProfile(AccessTest.WithAccounts.class)
class AccessTest {
    @Inject
    BrokerConfig config;

    @Inject
    AccessControl access;

    @ParameterizedTest
    @EnumSource(Role.class)
    void asks_at_every_endpoint_for_its_role(Role role) {
        for (Endpoints.Endpoint endpoint : Endpoints.all()) {
            for (String version : List.of("/api/v3", "/api/v2")) {
                String path = version + endpoint.path().replaceAll("\\{.*?}", "0");
                String what = endpoint.method() + " " + path + " as " + role;
                ValidatableResponse nobody = call(given(), endpoint, path);
                assertThat(nobody.extract().statusCode()).as(what).isEqualTo(401);
                int status = call(as(role), endpoint, path).extract().statusCode();
                if (role.covers(endpoint.role())) {
                    assertThat(status).as(what).isNotIn(401, 403);
                } else {
                    assertThat(status).as(what).isEqualTo(403);
                }
            }
        }
    }

    @Test
    void says_in_json_what_is_missing() {
        given().get("/api/v3/epoch")
                .then()
                .statusCode(401)
                .contentType("application/json")
                .header("WWW-Authenticate", containsString("Bearer"))
                .body("error", equalTo("UNAUTHORIZED"));
        given().header("Authorization", "Bearer guess")
                .get("/api/v3/epoch")
                .then()
                .statusCode(401);
        as(Role.VIEWER)
                .noContentType()
                .put("/api/v3/epoch/recovery")
                .then()
                .statusCode(403)
                .contentType("application/json")
                .body("error", equalTo("FORBIDDEN"))
                .body("message", equalTo("account 'viewer' has the role viewer; this needs operator"));
    }

    @Test
    void takes_basic_authentication_too() {
        given().auth()
                .preemptive()
                .basic("admin", token(Role.ADMIN))
                .get("/api/v3/epoch")
                .then()
                .statusCode(200);
        given().auth()
                .preemptive()
                .basic("viewer", token(Role.ADMIN))
                .get("/api/v3/epoch")
                .then()
                .statusCode(401);
    }

    @Test
    void shows_health_to_everybody_and_nothing_else() {
        given().get("/q/health/ready").then().statusCode(200);
        // The pages of the console have no data in them: what they show they have to ask for.
        given().get("/").then().statusCode(200);
        given().get("/console/console.js").then().statusCode(200);
        for (String path : List.of("/q/metrics", "/q/openapi", "/q/swagger-ui/", "/q/nothing")) {
            given().redirects().follow(false).get(path).then().statusCode(401);
        }
        as(Role.VIEWER).get("/q/metrics").then().statusCode(200);
        assertThat(RawHttp.send("GET", "/q/health/../metrics", "").status()).isEqualTo(404);
        assertThat(RawHttp.send("GET", "/q/health/%2e%2e/metrics", "").status()).isEqualTo(404);
    }

    /** The router takes these for the path of an endpoint. */
    @Test
    void is_not_deceived_by_another_spelling_of_a_path() {
        String viewer = "Authorization: Bearer " + token(Role.VIEWER);
        for (String path : List.of(
                "//api/v3/epoch/recovery",
                "/%61pi/v3/epoch/recovery",
                "/q/../api/v3/epoch/recovery",
                "/q/%2e%2e/api/v3/epoch/recovery",
                "/q/.%2E/api/v3/epoch/recovery",
                "/api/v3/version/../epoch/recovery",
                "/api/v3/resources/failures/check/../../../epoch/recovery",
                "/api/v3/epoch/recovery;x",
                "/api/v3//epoch/recovery",
                "/api/v3/epoch/%72ecovery")) {
            for (String authorization : List.of(viewer, "X-Nobody: yes")) {
                assertThat(RawHttp.send("PUT", path, "", "Host: localhost", authorization)
                                .status())
                        .as(path)
                        .isIn(400, 401, 403, 404);
            }
        }
    }

    @Test
    void tells_who_asks_what_they_may() {
        for (Role role : Role.values()) {
            as(role).get("/api/v3/overview")
                    .then()
                    .statusCode(200)
                    .body("caller.name", equalTo(role.wireName()))
                    .body("caller.role", equalTo(role.wireName()));
        }
    }

    @Test
    void follows_the_file_of_accounts() throws IOException {
        Path file = Path.of(config.accountsFile().orElseThrow());
        String before = Files.readString(file);
        try {
            Files.writeString(file, before + "guest viewer #" + Sha256.of("guest-token") + "\n");
            access.refresh();
            given().header("Authorization", "Bearer guest-token")
                    .get("/api/v3/epoch")
                    .then()
                    .statusCode(200);
        } finally {
            Files.writeString(file, before);
            access.refresh();
        }
        given().header("Authorization", "Bearer guest-token")
                .get("/api/v3/epoch")
                .then()
                .statusCode(401);
    }

    private static RequestSpecification as(Role role) {
        return given().header("Authorization", "Bearer " + token(role));
    }

    private static ValidatableResponse call(RequestSpecification request, Endpoints.Endpoint endpoint, String path) {
        boolean reads = endpoint.method().equals("GET");
        RequestSpecification complete =
                reads ? request : request.contentType("application/json").body("[");
        return complete.request(endpoint.method(), path + (path.endsWith("/watch") ? "?timeout=0" : ""))
                .then();
    }

    private static String token(Role role) {
        return role.wireName() + "-token";
    }

    /** An account for each role. */
    public static final class WithAccounts implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                Path file = Files.createTempFile("undermoon-accounts", "");
                file.toFile().deleteOnExit();
                StringBuilder lines = new StringBuilder();
                for (Role role : Role.values()) {
                    lines.append(role.wireName() + " " + role.wireName() + " #" + Sha256.of(token(role)) + "\n");
                }
                Files.writeString(file, lines);
                return Map.of("undermoon.accounts_file", file.toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
