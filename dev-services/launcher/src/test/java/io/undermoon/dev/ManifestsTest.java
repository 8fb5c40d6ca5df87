package io.undermoon.dev;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Holds the Kubernetes manifests, with their commented examples, to the services: Quarkus ignores an environment
 * variable of an unknown key, so a misspelt one would go unnoticed. The keys are read from the text of the
 * configuration interfaces.
 */
class ManifestsTest {
    private static final Path CHECKOUT = Path.of(System.getProperty("undermoon.checkout", "../.."));
    private static final Pattern VARIABLE = Pattern.compile("- name: (UNDERMOON_\\w+)");
    private static final Pattern KEY = Pattern.compile("(?m)^ {4}(\\w.*) (\\w+)\\(\\);$");
    private static final Pattern GROUP = Pattern.compile("(?ms)^ {4}interface (\\w+) \\{$(.*?)^ {4}\\}$");
    private static final Pattern KEY_OF_GROUP = Pattern.compile("(?m)^ {8}\\w.* (\\w+)\\(\\);$");

    @ParameterizedTest
    @CsvSource({
        "broker.yaml, broker-service/src/main/java/io/undermoon/broker/config/BrokerConfig.java",
        "coordinator.yaml, coordinator-service/src/main/java/io/undermoon/coordinator/config/CoordinatorConfig.java",
        "proxy.yaml, proxy-service/src/main/java/io/undermoon/proxy/config/ProxyConfig.java",
    })
    void set_only_keys_that_the_service_has(String manifest, String mapping) {
        Set<String> variables =
                all(VARIABLE, manifest(manifest)).map(match -> match.group(1)).collect(toCollection(TreeSet::new));
        assertThat(variables).contains("UNDERMOON_ADDRESS");
        assertThat(keys(text(CHECKOUT.resolve(mapping)))).containsAll(variables);
    }

    @Test
    void every_manifest_is_held_to_the_keys_of_a_service() throws IOException {
        try (Stream<Path> manifests = Files.list(CHECKOUT.resolve("k8s"))) {
            assertThat(manifests
                            .filter(file -> file.toString().endsWith(".yaml"))
                            .filter(file -> VARIABLE.matcher(text(file)).find()))
                    .extracting(file -> file.getFileName().toString())
                    .containsExactlyInAnyOrder("broker.yaml", "coordinator.yaml", "proxy.yaml");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "broker.yaml, UNDERMOON_ADDRESS, 0.0.0.0:7799",
        "coordinator.yaml, QUARKUS_HTTP_HOST, 0.0.0.0",
        "proxy.yaml, QUARKUS_HTTP_HOST, 0.0.0.0",
    })
    void the_kubelet_reaches_the_health_of_each_service(String manifest, String variable, String address) {
        assertThat(manifest(manifest)).containsPattern("- name: " + variable + "\\s+value: " + address + "\n");
    }

    @Test
    void clients_reach_both_ports_of_a_proxy() {
        String proxy = manifest("proxy.yaml");
        for (String port : Set.of("5299", "15299")) {
            assertThat(proxy).containsPattern("containerPort: " + port + "\n").containsPattern(" port: " + port + "\n");
        }
        assertThat(proxy).containsPattern("- name: UNDERMOON_REPLICA_PORT\\s+value: \"15299\"\n");
    }

    @Test
    void keys_are_found_in_the_text_of_an_interface() {
        assertThat(keys("""
                        public interface SomeConfig {
                            /** One of its own. */
                            @WithDefault("1s")
                            Duration proxyTimeout();

                            List<@WithConverter(Address.class) HostPort> brokerAddress();

                            AutoScaling autoScaling();

                            interface AutoScaling {
                                Duration maxInterval();
                            }
                        }
                        """))
                .containsExactlyInAnyOrder(
                        "UNDERMOON_PROXY_TIMEOUT", "UNDERMOON_BROKER_ADDRESS", "UNDERMOON_AUTO_SCALING_MAX_INTERVAL");
    }

    /** The environment variables of a {@code @ConfigMapping} with the prefix {@code undermoon}. */
    private static Set<String> keys(String mapping) {
        Map<String, String> groups =
                all(GROUP, mapping).collect(toMap(group -> group.group(1), group -> group.group(2)));
        return all(KEY, mapping)
                .flatMap(key -> groups.containsKey(key.group(1))
                        ? all(KEY_OF_GROUP, groups.get(key.group(1))).map(inner -> key.group(2) + "_" + inner.group(1))
                        : Stream.of(key.group(2)))
                .map(ManifestsTest::variable)
                .collect(toCollection(TreeSet::new));
    }

    private static String variable(String key) {
        return "UNDERMOON_" + key.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    }

    private static Stream<MatchResult> all(Pattern pattern, String text) {
        return pattern.matcher(text).results();
    }

    private static String manifest(String name) {
        return text(CHECKOUT.resolve("k8s").resolve(name));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
