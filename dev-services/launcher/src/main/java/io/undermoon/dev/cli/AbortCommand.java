package io.undermoon.dev.cli;

import io.undermoon.dev.controlplane.MigrationApi;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code undermoon abort}: aborts migrations. */
@Command(
        name = "abort",
        mixinStandardHelpOptions = true,
        description = "Aborts the migrations of a cluster that are not past their switch.")
final class AbortCommand implements Callable<Integer> {
    @Mixin
    private MigrationTarget target = new MigrationTarget();

    @Override
    public Integer call() {
        target.call(MigrationApi::abort)
                .path("migrations")
                .forEach(migration -> System.out.println(
                        MigrationLines.slots(migration.path("slot_range").path("range_list")) + "  "
                                + migration.path("outcome").asText()));
        target.watch();
        return 0;
    }
}
