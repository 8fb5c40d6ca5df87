package io.undermoon.dev.cli.imports;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code undermoon import forget}. */
@Command(
        name = "forget",
        mixinStandardHelpOptions = true,
        description = "Removes what the destination keeps about an import; the imported keys stay.")
final class ImportForgetCommand implements Callable<Integer> {
    @Mixin
    private ImportDestination to = new ImportDestination();

    @Override
    public Integer call() {
        Connections.explained(() -> {
            to.control().forget();
            return 0;
        });
        System.out.println("the import '" + to.keys().name() + "' is forgotten; its keys are there");
        return 0;
    }
}
