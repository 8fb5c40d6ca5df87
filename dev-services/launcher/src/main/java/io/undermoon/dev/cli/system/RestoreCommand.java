package io.undermoon.dev.cli.system;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.cli.options.BrokerTarget;
import io.undermoon.dev.cli.options.Confirmation;
import io.undermoon.dev.controlplane.BrokerApi;
import io.undermoon.dev.plan.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code undermoon restore}: has a broker use a backup. */
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        description = {
            "Replaces the metadata by a backup. The broker learns from the proxies who is master by now.",
            "It refuses where they have something newer that it cannot learn, unless --force accepts the loss."
        })
public final class RestoreCommand implements Callable<Integer> {
    @Mixin
    private BrokerTarget broker = new BrokerTarget();

    @Parameters(index = "0", paramLabel = "FILE", description = "What 'undermoon backup' has saved.")
    private Path file = Path.of("");

    @Option(names = "--dry-run", description = "Change nothing, and show what would be done.")
    private boolean dryRun;

    @Option(names = "--force", description = "Use the backup also where proxies have something newer.")
    private boolean force;

    @Mixin
    private Confirmation confirmation = new Confirmation();

    @Override
    public Integer call() {
        if (!dryRun) {
            confirmation.demandOfPeople("Replace all metadata of the broker by " + file + "?");
        }
        try {
            JsonNode report = new BrokerApi(broker.access()).restore(Files.readAllBytes(file), dryRun, force);
            report.path("learned").forEach(line -> System.out.println("Learned: " + line.asText()));
            report.path("conflicts").forEach(line -> System.out.println("Conflict: " + line.asText()));
            report.path("unanswered").forEach(proxy -> System.out.println("No answer: " + proxy.asText()));
            System.out.println((dryRun ? "Nothing was changed. The epoch would be " : "Restored. The epoch is ")
                    + report.path("epoch").asLong() + ".");
            return 0;
        } catch (IOException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        }
    }
}
