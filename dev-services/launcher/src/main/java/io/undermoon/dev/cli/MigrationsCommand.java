package io.undermoon.dev.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code undermoon migrations}: shows the progress of the migrations of a cluster. */
@Command(
        name = "migrations",
        mixinStandardHelpOptions = true,
        description = "Shows how far the migrations of a cluster are, until no slot moves any more.")
final class MigrationsCommand implements Callable<Integer> {
    @Mixin
    private MigrationTarget target = new MigrationTarget();

    @Override
    public Integer call() {
        target.watch();
        return 0;
    }
}
