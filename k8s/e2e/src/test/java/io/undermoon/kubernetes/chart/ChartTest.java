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
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The charts by themselves: their documents agree, and helm takes them. {@code -Dundermoon.chart.write=true} writes the
 * tables of values into their READMEs.
 */
class ChartTest {
    private static final List<Path> CHARTS = List.of(Checkout.CHART, Checkout.OPERATOR_CHART);
    private static final String BEGIN = "<!-- values, from the comments in values.yaml -->\n";
    private static final String END = "<!-- end of values -->\n";

    /** A setting of a service in a template. */
    private static final Pattern VARIABLE = Pattern.compile("- name: UNDERMOON_(\\w+)");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @FieldSource("CHARTS")
    void the_readme_describes_the_values_as_their_comments_do(Path chart) throws IOException {
        String readme = text(chart, "README.md");
        int begin = readme.indexOf(BEGIN) + BEGIN.length();
        int end = readme.indexOf(END);
        String table = ValuesReference.table(text(chart, "values.yaml"));
        if (Boolean.getBoolean("undermoon.chart.write")) {
            Files.writeString(chart.resolve("README.md"), readme.substring(0, begin) + table + readme.substring(end));
        } else {
            assertThat(readme.substring(begin, end)).isEqualTo(table);
        }
    }

    @ParameterizedTest
    @FieldSource("CHARTS")
    void the_schema_knows_exactly_the_values_there_are(Path chart) throws IOException {
        JsonNode schema = new YAMLMapper().readTree(text(chart, "values.schema.json"));
        List<String> differences = new ArrayList<>();
        compare("", new YAMLMapper().readTree(text(chart, "values.yaml")), schema, differences);
        assertThat(differences).containsExactly("global is not in values.yaml");
    }

    @Test
    void templates_set_only_keys_that_the_services_have() throws IOException {
        String keys = Files.readString(Checkout.ROOT.resolve("docs/configuration.md"));
        for (String template : List.of("broker.yaml", "coordinator.yaml", "proxy.yaml", "_helpers.tpl")) {
            Matcher variable = VARIABLE.matcher(text(Checkout.CHART, "templates/" + template));
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
        assertThat(rendered(Checkout.CHART, values))
                .filteredOn(object -> object.path("kind").asText().equals("StatefulSet"))
                .hasSize(2);
    }

    @ParameterizedTest
    @EnabledIf("io.undermoon.kubernetes.system.Checkout#hasPrograms")
    @CsvSource(
            delimiter = '|',
            value = {
                "replicas=2 | 2 | 1",
                "watchNamespaces={orders,shop} | 1 | 3",
                "podMonitor.enabled=true,podMonitor.labels.release=prometheus,image.pullSecrets={registry} | 2 | 1",
                "env[0].name=QUARKUS_LOG_LEVEL,env[0].value=DEBUG,priorityClassName=high,nodeSelector.a=b | 2 | 1",
            })
    void helm_makes_an_operator_with_rights_where_it_watches(String values, int everywhere, int somewhere)
            throws IOException {
        List<JsonNode> objects = rendered(Checkout.OPERATOR_CHART, values);
        assertThat(objects).extracting(object -> object.path("kind").asText()).contains("Deployment");
        assertThat(objects)
                .filteredOn(object -> object.path("kind").asText().equals("ClusterRoleBinding"))
                .hasSize(everywhere);
        assertThat(objects)
                .filteredOn(object -> object.path("kind").asText().equals("RoleBinding"))
                .hasSize(somewhere);
    }

    /** The objects that helm makes of a chart, each with a name. */
    private List<JsonNode> rendered(Path chart, String values) throws IOException {
        Helm helm = helm();
        helm.run("lint", "--strict", chart.toString(), "--set", values);
        String rendered = helm.run("template", "undermoon", chart.toString(), "--namespace", "test", "--set", values);
        List<JsonNode> objects = new ArrayList<>();
        new YAMLMapper()
                .readerFor(JsonNode.class)
                .<JsonNode>readValues(new YAMLFactory().createParser(rendered))
                .forEachRemaining(objects::add);
        objects.removeIf(JsonNode::isNull);
        assertThat(objects)
                .isNotEmpty()
                .allSatisfy(object -> assertThat(
                                object.path("metadata").path("name").asText())
                        .isNotEmpty());
        return objects;
    }

    @ParameterizedTest
    @EnabledIf("io.undermoon.kubernetes.system.Checkout#hasPrograms")
    @CsvSource(
            delimiter = '|',
            value = {
                "undermoon | proxy.replicas=6 | proxy",
                "undermoon | proxies.replicas=1 | proxies",
                "undermoon | storage.type=etcd | endpoints",
                "undermoon | redis.maxMemory=lots | maxMemory",
                "undermoon-operator | replicas=3 | replicas",
                "undermoon-operator | watchNamespaces={Orders} | watchNamespaces",
            })
    void wrong_values_are_refused(String chart, String values, String named) {
        Path directory = Checkout.CHART.resolveSibling(chart);
        assertThatThrownBy(() -> helm().run("template", directory.toString(), "--set", values))
                .hasMessageContaining("values don't meet the specifications")
                .hasMessageContaining(named);
    }

    private Helm helm() {
        return new Helm(Checkout.programs().orElseThrow(), directory, Optional.empty());
    }

    private static String text(Path chart, String file) throws IOException {
        return Files.readString(chart.resolve(file));
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
