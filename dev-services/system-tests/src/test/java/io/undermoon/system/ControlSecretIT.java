package io.undermoon.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.controlplane.ControlConnection;
import io.undermoon.dev.plan.PortLayout;
import io.undermoon.dev.testing.FreePorts;
import io.undermoon.dev.testing.LauncherProcess;
import io.undermoon.testsupport.RespServer;
import io.undermoon.testsupport.Sha256;
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
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole system whose services prove a control secret to each other, with a broker that asks for accounts. */
class ControlSecretIT {
    private static final String SECRET = "c0ntrol-9f2b7d";
    private static final String TOKEN = "t0ken-5d81ac";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private static Path directory;

    @Test
    void broker_coordinator_and_proxies_work_together_and_others_have_no_control()
            throws IOException, InterruptedException {
        int basePort = FreePorts.base();
        PortLayout ports = PortLayout.from(basePort);
        Path accounts = Files.writeString(directory.resolve("accounts"), "services operator #" + Sha256.of(TOKEN));
        LauncherProcess undermoon = new LauncherProcess(
                directory,
                Map.of(
                        "UNDERMOON_CONTROL_SECRET", SECRET,
                        "UNDERMOON_ACCOUNTS_FILE", accounts.toString(),
                        "UNDERMOON_BROKER_TOKEN", TOKEN));
        try {
            LauncherProcess.Result up = undermoon.run(
                    "up",
                    "--proxies=4",
                    "--cluster=demo:4",
                    "--active-redirection",
                    "--base-port=" + basePort,
                    "--timeout=100",
                    "--detach");
            assertThat(up.exitCode()).as(up.output()).isZero();
            for (int i = 0; i < 50; i++) {
                assertThat(say(ports.proxyResp(i % 2), "SET", "key" + i, "v")).isEqualTo("OK");
            }
            assertThatThrownBy(() -> say(ports.proxyResp(0), "UMCTL", "GETEPOCH"))
                    .hasMessageStartingWith("NOPERM this needs the control secret");
            String broker = "127.0.0.1:" + ports.broker();
            assertThat(call("PUT", broker, "/epoch/recovery", "").body())
                    .as("proxies the broker cannot ask")
                    .doesNotContain("127.0.0.1");
            assertThat(call("GET", broker, "/clusters/names", "").body()).isEqualTo("{\"names\":[\"demo\"]}");
            HttpRequest stranger =
                    HttpRequest.newBuilder(uri(broker, "/clusters/names")).build();
            assertThat(HTTP.send(stranger, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(401);
            askAsStranger(broker);
        } finally {
            undermoon.run("down");
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path log :
                    files.filter(file -> file.toString().endsWith(".log")).toList()) {
                assertThat(Files.readString(log)).as(log.toString()).doesNotContain(SECRET, TOKEN);
            }
        }
    }

    /** Somebody registers an address of its own as a proxy, and waits for those who call. */
    private static void askAsStranger(String broker) throws IOException, InterruptedException {
        for (String reply : List.of("+OK\r\n", "+CHALLENGE 0123456789abcdef0123456789abcdef\r\n")) {
            try (RespServer stranger = new RespServer(command -> reply)) {
                String registration =
                        "{\"proxy_address\":\"" + stranger.address() + "\",\"nodes\":[\"stranger:1\",\"stranger:2\"]}";
                assertThat(call("POST", broker, "/proxies/meta", registration).statusCode())
                        .isEqualTo(200);
                await("the coordinator calls").atMost(LIMIT).until(() -> stranger.connections() > 1);
                assertThat(call("PUT", broker, "/epoch/recovery", "").body()).contains(stranger.address());
                assertThat(stranger.commandLines())
                        .isNotEmpty()
                        .allMatch(line -> line.startsWith("AUTH undermoon-control challenge:1:")
                                || line.startsWith("AUTH undermoon-control proof:1:"))
                        .noneMatch(line -> line.contains(SECRET));
                call("DELETE", broker, "/proxies/meta/" + stranger.address(), "");
            }
        }
    }

    private static HttpResponse<String> call(String method, String broker, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(broker, path)).header("Authorization", "Bearer " + TOKEN);
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        return HTTP.send(request.method(method, BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    private static URI uri(String broker, String path) {
        return URI.create("http://" + broker + "/api/v3" + path);
    }

    private static String say(int port, String... command) throws IOException {
        try (ControlConnection connection = ControlConnection.open(port)) {
            return connection.call(command);
        }
    }
}
