package io.undermoon.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.dev.controlplane.BrokerApi;
import io.undermoon.dev.controlplane.ControlConnection;
import io.undermoon.dev.plan.PortLayout;
import io.undermoon.dev.testing.FreePorts;
import io.undermoon.dev.testing.LauncherProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole system whose services prove a control secret to each other. */
class ControlSecretIT {
    private static final String SECRET = "c0ntrol";

    @TempDir
    private static Path directory;

    @Test
    void broker_coordinator_and_proxies_work_together_and_others_have_no_control()
            throws IOException, InterruptedException {
        int basePort = FreePorts.base();
        PortLayout ports = PortLayout.from(basePort);
        LauncherProcess undermoon = new LauncherProcess(directory, Map.of("UNDERMOON_CONTROL_SECRET", SECRET));
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
            assertThat(recoverEpochs(broker))
                    .as("proxies the broker cannot ask")
                    .doesNotContain("127.0.0.1");
            assertThat(new BrokerApi(broker).clusterNames()).containsExactly("demo");
        } finally {
            undermoon.run("down");
        }
    }

    private static String recoverEpochs(String broker) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + broker + "/api/v3/epoch/recovery"))
                .PUT(BodyPublishers.noBody())
                .build();
        HttpResponse<String> response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }

    private static String say(int port, String... command) throws IOException {
        try (ControlConnection connection = ControlConnection.open(port)) {
            return connection.call(command);
        }
    }
}
