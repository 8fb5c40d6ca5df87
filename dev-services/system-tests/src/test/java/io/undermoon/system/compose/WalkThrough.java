package io.undermoon.system.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The steps of {@code dev-services/compose/README.md}, in their order. A step with a comment is repeated until what it
 * says comes back.
 */
final class WalkThrough {
    static final Path CHECKOUT = Path.of(System.getProperty("undermoon.checkout", "../.."));
    static final Path COMPOSE = CHECKOUT.resolve("dev-services/compose/compose.yaml");

    private static final Pattern STEPS = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private WalkThrough() {}

    static void take(ComposeProcesses processes) throws Exception {
        List<String> steps = STEPS.matcher(Files.readString(COMPOSE.resolveSibling("README.md")))
                .results()
                .flatMap(block -> block.group(1).lines())
                .toList();
        assertThat(steps).hasSizeGreaterThan(10).last().isEqualTo("docker compose down --volumes");
        for (String step : steps) {
            take(step, processes);
        }
    }

    private static void take(String step, ComposeProcesses processes) throws Exception {
        String[] parts = step.split(" +# ", 2);
        if (parts.length > 1) {
            parts[1] = processes.onThisMachine(parts[1], "broker");
        }
        List<String> words =
                WORD.matcher(parts[0]).results().map(WalkThrough::word).toList();
        if (words.get(0).equals("curl")) {
            repeat(step, parts, () -> curl(words, processes));
        } else if (parts[0].startsWith("docker compose run --rm cli ")) {
            List<String> command = words.subList(5, words.size()).stream()
                    .map(word -> processes.onThisMachine(word, "broker"))
                    .toList();
            repeat(step, parts, () -> ComposeProcesses.run(command).text());
        } else if (step.equals("docker compose up --detach --wait")) {
            processes.up();
        } else if (step.startsWith("docker compose kill ")) {
            processes.kill(words.subList(3, words.size()));
        } else {
            assertThat(step).isEqualTo("docker compose down --volumes");
            processes.close();
        }
    }

    private static String word(MatchResult match) {
        return match.group(1) == null ? match.group(2) : match.group(1);
    }

    /** Until the last line is what the comment says, or begins so if that ends in an ellipsis; once without one. */
    private static void repeat(String step, String[] parts, Callable<String> command) throws Exception {
        if (parts.length == 1) {
            command.call();
            return;
        }
        String expected = parts[1].replaceFirst("…$", "");
        await(step).atMost(LIMIT).pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
            String last = command.call().lines().reduce("", (first, second) -> second);
            assertThat(last).startsWith(expected);
            assertThat(expected.equals(parts[1]) ? expected : last).isEqualTo(last);
        });
    }

    /** With the options of the steps; the reply has to be a success. */
    private static String curl(List<String> words, ComposeProcesses processes)
            throws IOException, InterruptedException {
        String method = "GET";
        String body = "";
        List<String> headers = new ArrayList<>();
        for (int i = 1; i < words.size() - 1; i += 2) {
            String value = words.get(i + 1);
            switch (words.get(i)) {
                case "-X" -> method = value;
                case "-d" -> body = value;
                case "-H" -> headers.addAll(List.of(value.split(": ")));
                default -> throw new AssertionError("an option of curl that this test does not know: " + words);
            }
        }
        String address = processes.onThisMachine(words.get(words.size() - 1), "broker");
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address)).method(method, BodyPublishers.ofString(body));
        if (!headers.isEmpty()) {
            request.headers(headers.toArray(String[]::new));
        }
        HttpResponse<String> reply = HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
        assertThat(reply.statusCode()).as(words + ": " + reply.body()).isEqualTo(200);
        return reply.body();
    }
}
