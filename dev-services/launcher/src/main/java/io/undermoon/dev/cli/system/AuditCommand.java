package io.undermoon.dev.cli.system;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.cli.options.BrokerTarget;
import io.undermoon.dev.cli.options.Calls;
import io.undermoon.dev.cli.options.Output;
import io.undermoon.dev.controlplane.Broker;
import io.undermoon.dev.output.Table;
import io.undermoon.dev.plan.UsageException;
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
public final class AuditCommand implements Callable<Integer> {
    @Mixin
    private BrokerTarget target = new BrokerTarget();

    @Mixin
    private Output output = new Output();

    @Option(names = "--limit", paramLabel = "N", description = "How many (default: ${DEFAULT-VALUE}).")
    private int limit = 20;

    @Override
    public Integer call() {
        if (limit < 1) {
            throw new UsageException("--limit " + limit + " is less than 1");
        }
        Broker broker = target.broker();
        JsonNode entries = Calls.of(() -> broker.get("/audit?limit=" + limit)).path("entries");
        output.show(entries, () -> {
            Table table = new Table()
                    .column("TIME")
                    .number("BEFORE")
                    .number("AFTER")
                    .column("WHO")
                    .column("WHAT");
            entries.forEach(entry -> table.row(
                    Instant.ofEpochSecond(entry.path("time").asLong()),
                    entry.path("epoch_before").asText(),
                    entry.path("epoch_after").asText(),
                    entry.path("who").asText(),
                    entry.path("what").asText()));
            output.print(table);
        });
        return 0;
    }
}
