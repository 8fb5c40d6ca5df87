package io.undermoon.dev.cli.migrations;

import com.fasterxml.jackson.databind.JsonNode;
import io.undermoon.dev.cli.options.Output;
import io.undermoon.dev.controlplane.MigrationApi;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code undermoon migrations}: shows the progress of the migrations of a cluster. */
@Command(
        name = "migrations",
        mixinStandardHelpOptions = true,
        description = {
            "Shows how far the migrations of a cluster are, until no slot moves any more.",
            "With -o json or yaml it shows them as they are now, and does not wait."
        })
public final class MigrationsCommand implements Callable<Integer> {
    @Mixin
    private MigrationTarget target = new MigrationTarget();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        if (output.isTable()) {
            target.watch(output);
        } else {
            JsonNode migrations = target.call(MigrationApi::info).path("migrations");
            output.show(migrations, () -> {});
        }
        return 0;
    }
}
