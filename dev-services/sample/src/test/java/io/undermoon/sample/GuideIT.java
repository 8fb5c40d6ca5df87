package io.undermoon.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quarkus.redis.datasource.RedisDataSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The walk through the sample in docs/developing-applications.md: each command that calls it, and what it prints. */
@QuarkusTest
class GuideIT {
    private static final Path GUIDE =
            Path.of(System.getProperty("undermoon.checkout", "../.."), "docs", "developing-applications.md");
    private static final String PROMPT = "$ ";
    private static final String ADDRESS = "localhost:8080";

    @Inject
    RedisDataSource redis;

    @TestHTTPResource("/")
    URI address;

    @BeforeEach
    void empty() {
        ShopData.remove(redis);
    }

    /** A command of the guide, and the lines that follow it. */
    private record Step(String command, String output) {}

    @Test
    void what_the_guide_shows_is_what_happens() throws IOException, InterruptedException {
        assumeTrue(run("curl --version").startsWith("curl "), "there is no curl on PATH");
        List<Step> steps = steps(Files.readAllLines(GUIDE));
        assertThat(steps).hasSizeGreaterThan(5);
        for (Step step : steps) {
            String command = step.command().replace(ADDRESS, address.getHost() + ":" + address.getPort());
            assertThat(run(command).strip()).as(step.command()).isEqualTo(step.output());
        }
    }

    private static List<Step> steps(List<String> lines) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(PROMPT + "curl ")) {
                List<String> output = new ArrayList<>();
                for (int next = i + 1; isOutput(lines.get(next)); next++) {
                    output.add(lines.get(next));
                }
                steps.add(new Step(lines.get(i).substring(PROMPT.length()), String.join("\n", output)));
            }
        }
        return steps;
    }

    private static boolean isOutput(String line) {
        return !line.startsWith(PROMPT) && !line.startsWith("```");
    }

    private static String run(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sh", "-c", command)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return output;
    }
}
