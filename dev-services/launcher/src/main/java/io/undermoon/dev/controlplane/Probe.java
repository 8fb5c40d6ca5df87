package io.undermoon.dev.controlplane;

import io.undermoon.dev.plan.ServiceSpec.Readiness;
import java.io.IOException;

/** Checks whether a service is ready. */
public final class Probe {
    private Probe() {}

    public static boolean isReady(Readiness readiness) {
        try {
            return switch (readiness.check()) {
                case PING -> answersPing(readiness.port());
                case HEALTH ->
                    Http.get("http://127.0.0.1:" + readiness.port() + "/q/health/ready")
                                    .statusCode()
                            == 200;
            };
        } catch (IOException e) {
            return false; // not yet, or no longer
        }
    }

    private static boolean answersPing(int port) throws IOException {
        try (RespConnection connection = RespConnection.open(port)) {
            return "PONG".equals(connection.call("PING"));
        }
    }
}
