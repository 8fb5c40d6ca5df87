package io.undermoon.dev.cli.imports;

import io.undermoon.dev.imports.ImportMode;
import io.undermoon.dev.imports.ImportPlan;
import io.undermoon.dev.imports.engine.Importer;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.plan.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code undermoon import run}. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Begins an import, or continues one; goes on until the cut-over.")
final class ImportRunCommand implements Callable<Integer> {
    private static final long MEGABYTE = 1_000_000;

    @Mixin
    private ImportSource from = new ImportSource();

    @Mixin
    private ImportDestination to = new ImportDestination();

    @ArgGroup
    private Existing existing = new Existing();

    /** What becomes of the keys that are there. */
    static final class Existing {
        @Option(
                names = "--replace",
                description = "The destination has keys: replace them, and remove those that the source has not.")
        private boolean replace;

        @Option(
                names = "--merge",
                description = "The destination has keys: replace those that the source has too, and keep the others.")
        private boolean merge;
    }

    @Option(
            names = "--rate",
            paramLabel = "MB",
            defaultValue = "0",
            description = "Write so many megabytes a second at most; 0 for no limit (default: ${DEFAULT-VALUE}).")
    private int megabytesPerSecond;

    @Option(
            names = "--memory",
            paramLabel = "MB",
            defaultValue = "128",
            description = "Megabytes of values that may wait to be written (default: ${DEFAULT-VALUE}).")
    private int memory;

    @Option(
            names = "--spool",
            paramLabel = "DIRECTORY",
            description = "Where the snapshots of the source are kept while they are read; needs room for them"
                    + " (default: that of temporary files).")
    private Path spool = Path.of(System.getProperty("java.io.tmpdir", "/tmp"));

    @Option(names = "--once", description = "End when all has been copied, without a cut-over.")
    private boolean once;

    @Option(
            names = "--take-over",
            description = "Begin even if another process seems to run this import; that one then ends.")
    private boolean takeOver;

    @Override
    public Integer call() {
        if (megabytesPerSecond < 0) {
            throw new UsageException("--rate " + megabytesPerSecond + " is less than 0");
        }
        if (memory < 1) {
            throw new UsageException("--memory " + memory + " is less than 1");
        }
        if (!Files.isDirectory(spool)) {
            throw new UsageException("--spool " + spool + " is no directory");
        }
        ImportPlan plan = new ImportPlan(
                from.address(),
                from.access(),
                to.address(),
                to.access(),
                to.keys(),
                from.filter(),
                from.database(),
                existing.replace ? ImportMode.REPLACE : existing.merge ? ImportMode.MERGE : ImportMode.EMPTY,
                megabytesPerSecond * MEGABYTE,
                memory * MEGABYTE,
                spool,
                once,
                takeOver);
        Progress progress = new Progress(System.out);
        Connections.explained(() -> {
            new Importer(plan, progress::step).run();
            return 0;
        });
        return 0;
    }
}
