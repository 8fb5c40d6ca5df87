package io.undermoon.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.undermoon.dev.os.Programs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What Prometheus says of the alert rules in {@code k8s/monitoring}, and what they do when something goes wrong. */
class AlertRulesTest {
    private static final Path DIRECTORY = Path.of("../../k8s/monitoring");

    private static Path promtool = Path.of("");

    @BeforeAll
    static void find() {
        Optional<Path> program = Programs.onPath("promtool");
        assumeThat(program)
                .as("promtool is on the PATH; k8s/monitoring/README.md says where to get it")
                .isPresent();
        promtool = program.orElseThrow();
    }

    @Test
    void are_what_prometheus_takes() throws IOException, InterruptedException {
        assertThat(promtool("check", "rules", "--lint-fatal", "alerts.yaml")).contains("SUCCESS");
    }

    @Test
    void the_configuration_beside_them_is_what_prometheus_takes() throws IOException, InterruptedException {
        assertThat(promtool("check", "config", "prometheus.yaml")).contains("SUCCESS");
    }

    @Test
    void fire_and_end_when_they_have_to() throws IOException, InterruptedException {
        assertThat(promtool("test", "rules", "alerts-test.yaml")).contains("SUCCESS");
    }

    private static String promtool(String... arguments) throws IOException, InterruptedException {
        List<String> command = Stream.concat(Stream.of(promtool.toString()), Stream.of(arguments))
                .toList();
        Process process = new ProcessBuilder(command)
                .directory(DIRECTORY.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as("%s%n%s", String.join(" ", command), output)
                .isZero();
        return output;
    }
}
