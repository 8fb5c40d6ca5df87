package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.undermoon.client.BoundedHttp;
import io.undermoon.client.HttpReply;
import io.undermoon.dev.os.Programs;
import io.undermoon.dev.testing.LauncherProcess;
import io.undermoon.metadata.HostPort;
import io.undermoon.system.testing.ClientLanguage;
import io.undermoon.testsupport.FreePort;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Schemathesis calls a broker with what its OpenAPI document allows, and with what it does not: no reply is one that
 * the document does not have, and none a failure of the broker. Left out where Python or its packages are missing. The
 * long form: {@code -Dundermoon.api.examples=100}.
 */
class ApiDescriptionIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Of each call, beside those that the document and its limits ask for. */
    private static final int EXAMPLES = Integer.getInteger("undermoon.api.examples", 5);

    private static final String JAR = "broker-service/target/quarkus-app/quarkus-run.jar";

    @TempDir
    private Path directory;

    @Test
    void every_call_is_answered_as_the_document_says() throws IOException, InterruptedException {
        Optional<String> missing = ClientLanguage.SCHEMATHESIS.prepare();
        assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
        HostPort address = new HostPort("127.0.0.1", FreePort.any());
        // Little memory, so that a request that takes much is noticed.
        Process broker = start(
                "broker",
                Path.of(""),
                Programs.java().toString(),
                "-Xmx128m",
                "-Dundermoon.address=" + address,
                "-Dundermoon.storage_type=memory",
                "-Dundermoon.proxy_client.timeout=200ms",
                "-Dundermoon.auto_scaling.timeout=500ms",
                "-jar",
                LauncherProcess.CHECKOUT.resolve(JAR).toString());
        try {
            registerProxies(address);
            Process calls = start(
                    "schemathesis",
                    ClientLanguage.SCHEMATHESIS.directory(),
                    ".venv-schemathesis/bin/st",
                    "run",
                    "http://" + address + "/q/openapi",
                    "--phases=examples,coverage,fuzzing",
                    "--max-examples=" + EXAMPLES);
            boolean ended = calls.waitFor(10, TimeUnit.MINUTES);
            calls.destroy();
            assertThat(ended && calls.exitValue() == 0)
                    .as(output("schemathesis"))
                    .isTrue();
            assertThat(output("broker")).doesNotContain("ERROR");
        } finally {
            broker.destroy();
            broker.waitFor();
        }
    }

    /** Some proxies, so that clusters can be made. Nothing listens at their addresses. */
    private static void registerProxies(HostPort broker) {
        BoundedHttp http = new BoundedHttp(Duration.ofSeconds(2), false, null);
        for (int i = 1; i <= 5; i++) {
            String ip = "127.0.0." + (10 + i);
            byte[] body = ("{\"proxy_address\":\"" + ip + ":1\",\"nodes\":[\"" + ip + ":2\",\"" + ip + ":3\"]}")
                    .getBytes(StandardCharsets.UTF_8);
            await().atMost(LIMIT).ignoreExceptions().until(() -> {
                HttpReply reply = http.send(broker, "POST", "/api/v3/proxies/meta", body, Duration.ofSeconds(5));
                return reply.status() == 200 || reply.status() == 409;
            });
        }
    }

    private Process start(String name, Path workingDirectory, String... command) throws IOException {
        return new ProcessBuilder(List.of(command))
                .directory(workingDirectory.toAbsolutePath().toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(name).toFile())
                .start();
    }

    private String output(String name) throws IOException {
        return Files.readString(directory.resolve(name));
    }
}
