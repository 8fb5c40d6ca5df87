package io.undermoon.dev.cli.options;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.client.BrokerHttpException;
import io.undermoon.dev.controlplane.Broker;
import io.undermoon.dev.output.Amounts;
import io.undermoon.dev.output.Table;
import io.undermoon.dev.plan.LaunchException;
import java.io.IOException;
import java.util.Map;

/** What the broker says that a change would do. */
final class Preview {
    private static final int NOT_FOUND = 404;
    private static final int MAX_ROWS = 40;

    private Preview() {}

    /**
     * Asks the broker, which plans the change and makes nothing of it.
     *
     * @param change the body of {@code POST /preview}
     */
    static JsonNode of(Broker broker, Map<String, ?> change) {
        try {
            return broker.send("POST", "/preview", change);
        } catch (BrokerHttpException e) {
            if (e.status() == NOT_FOUND && e.code().equals("PATH_NOT_FOUND")) {
                throw new LaunchException("this broker is of a version that cannot say what a change would do", e);
            }
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        }
    }

    static void show(JsonNode preview, Output output) {
        output.show(preview, () -> {
            lines(preview, output);
            output.line("Nothing was changed.");
        });
    }

    private static void lines(JsonNode preview, Output output) {
        if (preview.path("changes").isEmpty()) {
            output.line("Nothing would be different.");
        }
        Calls.texts(preview.path("changes")).forEach(output::line);
        JsonNode moves = preview.path("moves");
        if (moves.isEmpty()) {
            return;
        }
        Table table = new Table().column("CLUSTER").column("FROM").column("TO").number("SLOTS");
        int shown = 0;
        for (JsonNode move : moves) {
            if (shown++ < MAX_ROWS) {
                table.row(
                        move.path("cluster").asText(),
                        move.path("source").asText(),
                        move.path("destination").asText(),
                        move.path("slots").asText());
            }
        }
        output.print(table);
        if (moves.size() > MAX_ROWS) {
            output.line("… and " + (moves.size() - MAX_ROWS) + " more");
        }
        output.line(Amounts.count(preview.path("slots").asLong()) + " slots, " + content(preview));
    }

    private static String content(JsonNode preview) {
        return preview.has("keys") && preview.has("bytes")
                ? "about " + Amounts.count(preview.path("keys").asLong()) + " keys and "
                        + Amounts.bytes(preview.path("bytes").asDouble()) + " of memory"
                : "how many keys they have is not known to the broker";
    }
}
