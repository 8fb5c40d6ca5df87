package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.undermoon.dev.testing.LauncherProcess;
import io.undermoon.dev.testing.PromExpression;
import io.undermoon.dev.testing.ScrapedMetrics;
import io.undermoon.metadata.ClusterName;
import io.undermoon.system.testing.LiveStack;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.Protocol;

/**
 * The dashboards and alert rules in k8s/monitoring use metrics and labels that brokers, coordinators and proxies have.
 * They are asked while slots move, as some metrics are there only then.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MonitoringIT {
    private static final Path DIRECTORY = LauncherProcess.CHECKOUT.resolve("k8s/monitoring");
    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((\\w+), (\\w+)\\)");
    private static final Pattern LEGEND_LABEL = Pattern.compile("\\{\\{(\\w+)}}");
    private static final Pattern ALERT_LABEL = Pattern.compile("\\$labels\\.(\\w+)");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{?(\\w+)");
    private static final Set<String> SEVERITIES = Set.of("critical", "warning", "info");
    private static final Set<String> OF_GRAFANA = Set.of("__rate_interval", "__all");
    private static final int KEYS = 20_000;

    @TempDir
    private static Path directory;

    private final ScrapedMetrics scraped = new ScrapedMetrics();
    private LiveStack stack;

    @BeforeAll
    void scrape() throws IOException, InterruptedException {
        stack = new LiveStack(directory, new ClusterName("monitored"), 4, 4, Map.of());
        try (JedisCluster jedis = new JedisCluster(new HostAndPort("127.0.0.1", stack.proxyPorts()[0]))) {
            for (int i = 0; i < KEYS; i++) {
                jedis.set("key:" + i, "v".repeat(512));
            }
            jedis.incr("counter");
        }
        try (Jedis jedis = new Jedis("127.0.0.1", stack.proxyPorts()[0])) {
            assertThatThrownBy(() -> jedis.sendCommand(Protocol.Command.GET)).hasMessageContaining("wrong number");
        }
        stack.operator().scaleTo(8);
        await("slots move")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    scrapeAll();
                    return scraped.has("undermoon_proxy_migration_keys_copied");
                });
        await("all that is used has been seen")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    scrapeAll();
                    return used().stream().allMatch(scraped::has);
                });
    }

    @AfterAll
    void down() throws IOException, InterruptedException {
        if (stack != null) {
            stack.down();
        }
    }

    private void scrapeAll() throws IOException, InterruptedException {
        scraped.scrape(stack.ports().broker());
        scraped.scrape(stack.ports().coordinator() - 1);
        for (int proxy : stack.proxyPorts()) {
            scraped.scrape(proxy - 1);
        }
    }

    private static Set<String> used() throws IOException {
        Set<String> metrics = new TreeSet<>();
        for (Map<String, Object> alert : alerts()) {
            metrics.addAll(expression(alert).metrics());
        }
        for (Path dashboard : dashboards()) {
            for (JsonNode target : targets(read(dashboard))) {
                metrics.addAll(new PromExpression(target.path("expr").asText()).metrics());
            }
        }
        return metrics;
    }

    @Test
    void alerts_use_what_there_is() throws IOException {
        List<Map<String, Object>> alerts = alerts();
        assertThat(alerts).hasSizeGreaterThan(20);
        Set<Object> names = new HashSet<>();
        for (Map<String, Object> alert : alerts) {
            Object name = alert.get("alert");
            assertThat(names.add(name)).as("%s is there once", name).isTrue();
            assertThat(expression(alert).problems(scraped)).as("%s", name).isEmpty();
            assertThat(expression(alert).labels(scraped))
                    .as("labels of %s", name)
                    .containsAll(labels(ALERT_LABEL, alert.get("annotations").toString()));
            assertThat(SEVERITIES).contains(text(alert, "labels", "severity"));
        }
    }

    @Test
    void alerts_say_where_to_read_on() throws IOException {
        for (Map<String, Object> alert : alerts()) {
            String[] place = text(alert, "annotations", "runbook_url").split("#", 2);
            assertThat(anchors(LauncherProcess.CHECKOUT.resolve(place[0])))
                    .as("%s", alert.get("alert"))
                    .contains(place[1]);
        }
    }

    @Test
    void dashboards_use_what_there_is() throws IOException {
        Set<String> identifiers = new HashSet<>();
        for (Path file : dashboards()) {
            JsonNode dashboard = read(file);
            assertThat(identifiers.add(dashboard.path("uid").asText()))
                    .as("%s", file)
                    .isTrue();
            Set<String> variables = new TreeSet<>(OF_GRAFANA);
            for (JsonNode variable : dashboard.path("templating").path("list")) {
                variables.add(variable.path("name").asText());
                Matcher query = LABEL_VALUES.matcher(variable.path("definition").asText());
                if (query.matches()) {
                    assertThat(scraped.labels(query.group(1))).as("%s", file).containsKey(query.group(2));
                }
            }
            assertThat(variables).containsAll(labels(VARIABLE, Files.readString(file)));
            assertThat(targets(dashboard)).hasSizeGreaterThan(10);
            for (JsonNode target : targets(dashboard)) {
                PromExpression expression =
                        new PromExpression(target.path("expr").asText());
                assertThat(expression.problems(scraped))
                        .as("%s: %s", file, target)
                        .isEmpty();
                assertThat(expression.labels(scraped))
                        .as("%s: %s", file, target)
                        .containsAll(
                                labels(LEGEND_LABEL, target.path("legendFormat").asText()));
            }
        }
    }

    /** What dashboards that many have, those of Grafana with the numbers 763 and 11835, make their panels of. */
    @Test
    void dashboards_for_redis_exporter_find_a_proxy() {
        for (String metric : List.of(
                "redis_up",
                "redis_instance_info",
                "redis_uptime_in_seconds",
                "redis_connected_clients",
                "redis_blocked_clients",
                "redis_connected_slaves",
                "redis_memory_used_bytes",
                "redis_memory_max_bytes",
                "redis_memory_used_rss_bytes",
                "redis_mem_fragmentation_ratio",
                "redis_commands_processed_total",
                "redis_commands_total",
                "redis_commands_duration_seconds_total",
                "redis_keyspace_hits_total",
                "redis_keyspace_misses_total",
                "redis_net_input_bytes_total",
                "redis_net_output_bytes_total",
                "redis_expired_keys_total",
                "redis_evicted_keys_total",
                "redis_rejected_connections_total",
                "redis_connections_received_total",
                "redis_cpu_sys_seconds_total",
                "redis_cpu_user_seconds_total",
                "redis_rdb_changes_since_last_save",
                "redis_db_keys",
                "redis_db_keys_expiring")) {
            assertThat(scraped.has(metric)).as(metric).isTrue();
        }
        assertThat(scraped.labels("redis_commands_total").get("cmd")).contains("set", "incr");
        assertThat(scraped.labels("redis_db_keys")).containsKey("db");
    }

    private static List<Path> dashboards() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY.resolve("dashboards"))) {
            return files.sorted().toList();
        }
    }

    private static JsonNode read(Path dashboard) throws IOException {
        return new ObjectMapper().readTree(Files.readString(dashboard));
    }

    private static List<JsonNode> targets(JsonNode dashboard) {
        List<JsonNode> targets = new ArrayList<>();
        dashboard.path("panels").forEach(panel -> panel.path("targets").forEach(targets::add));
        return targets;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> alerts() throws IOException {
        List<Map<String, Object>> alerts = new ArrayList<>();
        try (Reader reader = Files.newBufferedReader(DIRECTORY.resolve("alerts.yaml"))) {
            Map<String, Object> file = new Yaml().load(reader);
            for (Map<String, Object> group : (List<Map<String, Object>>) file.get("groups")) {
                alerts.addAll((List<Map<String, Object>>) group.get("rules"));
            }
        }
        return alerts;
    }

    private static PromExpression expression(Map<String, Object> alert) {
        return new PromExpression(alert.get("expr").toString());
    }

    private static String text(Map<String, Object> alert, String part, String key) {
        return ((Map<?, ?>) alert.get(part)).get(key).toString();
    }

    private static Set<String> labels(Pattern pattern, String text) {
        Set<String> labels = new TreeSet<>();
        Matcher found = pattern.matcher(text);
        while (found.find()) {
            labels.add(found.group(1));
        }
        return labels;
    }

    /** The headings of a document in Markdown, as links name them. */
    private static Set<String> anchors(Path document) throws IOException {
        Set<String> anchors = new HashSet<>();
        for (String line : Files.readAllLines(document)) {
            if (line.startsWith("#")) {
                anchors.add(line.replaceFirst("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "")
                        .replace(' ', '-'));
            }
        }
        return anchors;
    }
}
