package io.undermoon.dev.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.controlplane.BrokerApi;
import io.undermoon.dev.plan.LaunchException;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code undermoon audit}: shows the newest changes of the metadata. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description = "Shows the newest changes of the metadata: when, who, what, and the epochs before and after.")
final class AuditCommand implements Callable<Integer> {
    @Mixin
    private BrokerTarget broker = new BrokerTarget();

    @Option(names = "--limit", paramLabel = "N", description = "How many (default: ${DEFAULT-VALUE}).")
    private int limit = 20;

    @Override
    public Integer call() {
        try {
            for (JsonNode entry : new BrokerApi(broker.address()).audit(limit)) {
                System.out.printf(
                        "%s  %d -> %d  %s  %s%n",
                        Instant.ofEpochSecond(entry.path("time").asLong()),
                        entry.path("epoch_before").asLong(),
                        entry.path("epoch_after").asLong(),
                        entry.path("who").asText(),
                        entry.path("what").asText());
            }
            return 0;
        } catch (IOException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        }
    }
}
