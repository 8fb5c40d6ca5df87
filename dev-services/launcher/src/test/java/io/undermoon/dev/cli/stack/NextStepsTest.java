package io.undermoon.dev.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.dev.cli.options.Workspace;
import io.undermoon.dev.plan.WantedCluster;
import io.undermoon.json.Json;
import io.undermoon.metadata.Cluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class NextStepsTest {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final Workspace workspace = new Workspace();

    @Test
    void offers_to_create_a_cluster_only_where_there_is_none() throws IOException {
        assertThat(print(false, List.of(), List.of())).contains("Create a cluster", "/clusters/meta/demo");
        assertThat(print(false, List.of(), List.of(demo())))
                .doesNotContain("Create a cluster", "redis-cli")
                .contains("undermoon cli --cluster demo\n");
    }

    @Test
    void suggests_redis_cli_where_it_is_installed() throws IOException {
        assertThat(print(true, List.of(), List.of(demo()))).contains("  redis-cli -c -p 5303\n");
    }

    @Test
    void commands_name_the_data_directory() throws IOException {
        CommandLine.populateCommand(workspace, "--data", "/d d/x");
        assertThat(print(false, List.of(), List.of(demo()))).contains("cli --cluster demo --data '/d d/x'\n");
    }

    @Test
    void warns_of_a_cluster_of_another_size() throws IOException {
        assertThat(print(false, List.of(WantedCluster.parse("demo:8")), List.of(demo())))
                .contains("WARNING: cluster demo already existed with 1 nodes", "undermoon scale demo 8\n");
        assertThat(print(false, List.of(), List.of(demo()))).doesNotContain("WARNING");
    }

    private String print(boolean redisCli, List<WantedCluster> wanted, List<Cluster> serving) {
        output.reset();
        new NextSteps(new PrintStream(output, true, StandardCharsets.UTF_8), workspace, redisCli)
                .print("127.0.0.1:7799", wanted, serving);
        return output.toString(StandardCharsets.UTF_8);
    }

    private static Cluster demo() throws IOException {
        return Json.mapper().readValue("""
                {"name":"demo","epoch":1,"nodes":[{"cluster_name":"demo","address":"127.0.0.1:7003",
                 "proxy_address":"127.0.0.1:5303","slots":[],"repl":{"role":"master","peers":[]}}],"config":{}}
                """, Cluster.class);
    }
}
