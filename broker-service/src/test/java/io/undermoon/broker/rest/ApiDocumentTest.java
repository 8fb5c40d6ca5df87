package io.undermoon.broker.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.junit.QuarkusTest;
import io.undermoon.json.Json;
import io.undermoon.metadata.ClusterConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The OpenAPI document says what the API takes. */
@QuarkusTest
class ApiDocumentTest {
    private static final Pattern SNAKE_CASE = Pattern.compile("[a-z0-9_]+|Migrating|Importing");

    private JsonNode document;

    @BeforeEach
    void read() throws IOException {
        Broker.reset(false);
        document = Json.mapper()
                .readTree(given().accept("application/json").get("/q/openapi").asString());
    }

    @Test
    void names_members_as_they_are_on_the_wire() {
        TreeSet<String> names = new TreeSet<>();
        document.at("/components/schemas")
                .forEach(schema -> schema.path("properties").fieldNames().forEachRemaining(names::add));
        assertThat(names)
                .contains("node_number", "all_proxies", "is_migrating")
                .allMatch(name -> SNAKE_CASE.matcher(name).matches());
        assertThat(names).doesNotContain("master", "free");
    }

    @Test
    void has_values_as_they_are_on_the_wire() {
        for (String type : new String[] {"ClusterName", "ProxyAddress", "NodeAddress", "Role"}) {
            assertThat(schema(type).path("type").asText()).as(type).isEqualTo("string");
        }
        assertThat(schema("Epoch").path("type").asText()).isEqualTo("integer");
        assertThat(schema("RolePosition").path("enum").get(0).asText()).isEqualTo("Normal");
        assertThat(schema("MetaStore").at("/properties/global_epoch/$ref").asText())
                .isEqualTo("#/components/schemas/Epoch");
    }

    @Test
    void has_all_settings_of_a_cluster() {
        assertThat(schema("ClusterConfigFields").path("properties").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrderElementsOf(ClusterConfig.FIELDS);
    }

    @Test
    void documents_the_errors_of_every_call() {
        operations((method, path, operation) -> assertThat(operation
                        .at("/responses/401/content/application~1json/schema/$ref")
                        .asText())
                .as(method + " " + path)
                .isEqualTo("#/components/schemas/Error"));
    }

    @Test
    void has_examples_that_are_understood() {
        Broker.registerAll(4);
        operations((method, path, operation) -> {
            String url = path;
            for (JsonNode parameter : operation.path("parameters")) {
                String value = example(parameter.path("schema")).asText();
                String name = parameter.path("name").asText();
                url = url.replace("{" + name + "}", value);
                if (parameter.path("required").asBoolean()
                        && parameter.path("in").asText().equals("query")) {
                    url = url + "?" + name + "=" + value;
                }
            }
            JsonNode body = operation.at("/requestBody/content/application~1json/schema");
            var request = body.isMissingNode()
                    ? given().noContentType()
                    : given().contentType("application/json").body(example(body).toString());
            String what = method + " " + url + " " + (body.isMissingNode() ? "" : example(body));
            var reply = request.request(method.toUpperCase(java.util.Locale.ROOT), url + watch(url));
            // No proxy runs here that could hear of new nodes.
            Object outcome = reply.statusCode() == 500 ? reply.path("error") : reply.statusCode();
            assertThat(outcome).as("%s: %s", what, reply.asString()).isIn(200, 404, 409, "PROXY_NOT_SYNC");
        });
    }

    private static String watch(String url) {
        return url.endsWith("/watch") ? "?timeout=0" : "";
    }

    /** As Swagger shows it: the example of a schema, or one of its parts. */
    private JsonNode example(JsonNode schema) {
        JsonNode plain =
                schema.has("$ref") ? schema(schema.path("$ref").asText().replaceFirst(".*/", "")) : schema;
        if (plain.has("examples")) {
            JsonNode given = plain.get("examples").get(0);
            return isText(plain) || !given.isTextual() ? given : parsed(given.asText());
        }
        if (plain.has("enum")) {
            return plain.get("enum").get(0);
        }
        for (String choice : new String[] {"anyOf", "oneOf"}) {
            if (plain.has(choice)) {
                return example(plain.get(choice).get(0));
            }
        }
        String type = type(plain);
        return switch (type) {
            case "object" -> {
                ObjectNode object = JsonNodeFactory.instance.objectNode();
                plain.path("properties")
                        .fields()
                        .forEachRemaining(member -> object.set(member.getKey(), example(member.getValue())));
                yield object;
            }
            case "array" -> {
                ArrayNode array = JsonNodeFactory.instance.arrayNode();
                yield array.add(example(plain.path("items")));
            }
            case "integer", "number" ->
                JsonNodeFactory.instance.numberNode(plain.path("minimum").asInt(0));
            case "boolean" -> JsonNodeFactory.instance.booleanNode(false);
            default -> JsonNodeFactory.instance.textNode("string");
        };
    }

    private static boolean isText(JsonNode schema) {
        return type(schema).equals("string");
    }

    private static String type(JsonNode schema) {
        JsonNode type = schema.path("type");
        return type.isArray() ? type.get(0).asText() : type.asText();
    }

    private static JsonNode parsed(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonNode schema(String name) {
        return document.path("components").path("schemas").path(name);
    }

    private interface Check {
        void check(String method, String path, JsonNode operation);
    }

    private void operations(Check check) {
        document.path("paths")
                .fields()
                .forEachRemaining(path -> path.getValue()
                        .fields()
                        .forEachRemaining(method -> check.check(method.getKey(), path.getKey(), method.getValue())));
    }
}
