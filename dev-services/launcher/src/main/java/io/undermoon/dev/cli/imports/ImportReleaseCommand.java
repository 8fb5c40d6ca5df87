package io.undermoon.dev.cli.imports;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code undermoon import release}. */
@Command(
        name = "release",
        mixinStandardHelpOptions = true,
        description = "Has the source take writes again after a cut-over, or after one that was broken off.")
final class ImportReleaseCommand implements Callable<Integer> {
    @Mixin
    private ImportDestination to = new ImportDestination();

    @Mixin
    private ImportSource from = new ImportSource();

    @Override
    public Integer call() {
        Connections.explained(() -> to.control().release(from.access())).forEach(System.out::println);
        return 0;
    }
}
