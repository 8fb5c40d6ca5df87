package io.undermoon.dev.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code undermoon scale}: brings a cluster to a number of nodes. */
@Command(
        name = "scale",
        mixinStandardHelpOptions = true,
        description =
                "Brings a cluster to a number of nodes and shows the progress. May be called again with another number"
                        + " meanwhile.")
final class ScaleCommand implements Callable<Integer> {
    @Mixin
    private MigrationTarget target = new MigrationTarget();

    @Parameters(index = "1", paramLabel = "NODES", description = "How many, a multiple of 4.")
    private int nodes;

    @Override
    public Integer call() {
        target.call((api, cluster) -> {
            api.scale(cluster, nodes);
            return nodes;
        });
        target.watch();
        return 0;
    }
}
