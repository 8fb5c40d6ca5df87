package io.undermoon.kubernetes.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.undermoon.kubernetes.controlplane.Helm;
import io.undermoon.kubernetes.system.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The chart by itself: its documents agree, and helm takes it. {@code -Dundermoon.chart.write=true} writes the table of
 * values into its README.
 */
class ChartTest {
    private static final String BEGIN = "<!-- values, from the comments in values.yaml -->\n";
    private static final String END = "<!-- end of values -->\n";

    /** A setting of a service in a template. */
    private static final Pattern VARIABLE = Pattern.compile("- name: UNDERMOON_(\\w+)");

    @TempDir
    private Path directory;

    @Test
    void the_readme_describes_the_values_as_their_comments_do() throws IOException {
        String readme = text("README.md");
        int begin = readme.indexOf(BEGIN) + BEGIN.length();
        int end = readme.indexOf(END);
        String table = ValuesReference.table(text("values.yaml"));
        if (Boolean.getBoolean("undermoon.chart.write")) {
            Files.writeString(
                    Checkout.CHART.resolve("README.md"), readme.substring(0, begin) + table + readme.substring(end));
        } else {
            assertThat(readme.substring(begin, end)).isEqualTo(table);
        }
    }

    @Test
    void the_schema_knows_exactly_the_values_there_are() throws IOException {
        JsonNode schema = new YAMLMapper().readTree(text("values.schema.json"));
        List<String> differences = new ArrayList<>();
        compare("", new YAMLMapper().readTree(text("values.yaml")), schema, differences);
        assertThat(differences).containsExactly("global is not in values.yaml");
    }

    @Test
    void templates_set_only_keys_that_the_services_have() throws IOException {
        String keys = Files.readString(Checkout.ROOT.resolve("docs/configuration.md"));
        for (String template : List.of("broker.yaml", "coordinator.yaml", "proxy.yaml", "_helpers.tpl")) {
            Matcher variable = VARIABLE.matcher(text("templates/" + template));
            while (variable.find()) {
                String name = variable.group(1).toLowerCase(Locale.ROOT);
                assertThat(keys).containsPattern("\\| `" + name.replace("_", "[_.]") + "` \\|");
            }
        }
    }

    @ParameterizedTest
    @EnabledIf("io.undermoon.kubernetes.system.Checkout#hasPrograms")
    @CsvSource(
            delimiter = '|',
            value = {
                "proxies.replicas=6",
                "storage.type=etcd,storage.etcd.endpoints={etcd-0:2379},storage.etcd.secret=etcd",
                "auth.clients=false,redis.persistence.enabled=false,networkPolicy.enabled=false",
                "podMonitor.enabled=true,podMonitor.labels.release=prometheus,image.pullSecrets={registry}",
                "auth.secret=own,auth.brokerSecret=other,proxies.failureDomain=pod,fullnameOverride=redis",
            })
    void helm_makes_objects_of_it(String values) throws IOException {
        Helm helm = helm();
        helm.run("lint", "--strict", Checkout.CHART.toString(), "--set", values);
        String rendered =
                helm.run("template", "undermoon", Checkout.CHART.toString(), "--namespace", "test", "--set", values);
        List<JsonNode> objects = new ArrayList<>();
        new YAMLMapper()
                .readerFor(JsonNode.class)
                .<JsonNode>readValues(new YAMLFactory().createParser(rendered))
                .forEachRemaining(objects::add);
        assertThat(objects)
                .filteredOn(object -> !object.isNull())
                .isNotEmpty()
                .allSatisfy(object -> assertThat(
                                object.path("metadata").path("name").asText())
                        .isNotEmpty());
        assertThat(objects.stream()
                        .filter(object -> object.path("kind").asText().equals("StatefulSet")))
                .hasSize(2);
    }

    @ParameterizedTest
    @EnabledIf("io.undermoon.kubernetes.system.Checkout#hasPrograms")
    @CsvSource(
            delimiter = '|',
            value = {
                "proxy.replicas=6 | proxy",
                "proxies.replicas=1 | proxies",
                "storage.type=etcd | endpoints",
                "redis.maxMemory=lots | maxMemory",
            })
    void wrong_values_are_refused(String values, String named) {
        assertThatThrownBy(() -> helm().run("template", Checkout.CHART.toString(), "--set", values))
                .hasMessageContaining("values don't meet the specifications")
                .hasMessageContaining(named);
    }

    private Helm helm() {
        return new Helm(Checkout.programs().orElseThrow(), directory, Optional.empty());
    }

    private static String text(String file) throws IOException {
        return Files.readString(Checkout.CHART.resolve(file));
    }

    private static void compare(String path, JsonNode values, JsonNode schema, List<String> differences) {
        JsonNode properties = schema.path("properties");
        if (!properties.isObject()) {
            return;
        }
        for (String name : names(values)) {
            if (!properties.has(name)) {
                differences.add(path + name + " is not in values.schema.json");
            } else {
                compare(path + name + ".", values.get(name), properties.get(name), differences);
            }
        }
        for (String name : names(properties)) {
            if (!values.has(name)) {
                differences.add(path + name + " is not in values.yaml");
            }
        }
    }

    private static List<String> names(JsonNode object) {
        return Stream.iterate(object.fieldNames(), Iterator::hasNext, names -> names)
                .map(Iterator::next)
                .toList();
    }
}
