package io.undermoon.dev.cli.imports;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code undermoon import status}. */
@Command(name = "status", mixinStandardHelpOptions = true, description = "Shows how an import goes.")
final class ImportStatusCommand implements Callable<Integer> {
    @Mixin
    private ImportDestination to = new ImportDestination();

    @Override
    public Integer call() {
        Connections.explained(() -> to.control().status()).forEach(System.out::println);
        return 0;
    }
}
