package io.undermoon.dev.controlplane;

import io.undermoon.client.BoundedHttp;
import io.undermoon.dev.plan.ServiceSpec.Readiness;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.time.Duration;

/** Checks whether a service is ready. */
public final class Probe {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final byte[] NO_BODY = new byte[0];
    private static final BoundedHttp HTTP = new BoundedHttp(Duration.ofSeconds(2), false, null);

    private Probe() {}

    public static boolean isReady(Readiness readiness) {
        try {
            return switch (readiness.check()) {
                case PING -> answersPing(readiness.port());
                case HEALTH ->
                    HTTP.send(new HostPort("127.0.0.1", readiness.port()), "GET", "/q/health/ready", NO_BODY, TIMEOUT)
                                    .status()
                            == 200;
            };
        } catch (IOException e) {
            return false; // not yet, or no longer
        }
    }

    private static boolean answersPing(int port) throws IOException {
        try (ControlConnection connection = ControlConnection.open(port)) {
            return "PONG".equals(connection.call("PING"));
        }
    }
}
