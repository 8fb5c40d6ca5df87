package io.undermoon.dev.cli.bench;

import io.undermoon.dev.bench.migration.MigrationReport;
import io.undermoon.dev.bench.migration.MigrationRun;
import io.undermoon.dev.cli.options.Workspace;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.os.Programs;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.UsageException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code undermoon bench migration}: measures how fast slots move and what clients notice. */
@Command(
        name = "migration",
        mixinStandardHelpOptions = true,
        description = {
            "Moves half the slots of a full node to another: under a load that saturates, back without load, and there"
                    + " again under 40 %% of the load; by redis-cli --cluster reshard, where that is installed,"
                    + " and by Undermoon.",
            "Takes some minutes and, with the default number of keys, 5 GB of memory."
        })
final class MigrationBenchCommand implements Callable<Integer> {
    /** Which parts to measure. */
    enum Part {
        BOTH,
        REDIS_CLI,
        UNDERMOON
    }

    @Mixin
    private Workspace workspace = new Workspace();

    @Option(
            names = "--keys",
            paramLabel = "N",
            defaultValue = "2097152",
            description = "Keys on the node that gives slots (default: ${DEFAULT-VALUE}).")
    private int keys;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            defaultValue = "512",
            description = "Size of values (default: ${DEFAULT-VALUE}).")
    private int valueBytes;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "50",
            description = "Numbers of clients (default: ${DEFAULT-VALUE}).")
    private int clients;

    @Option(
            names = "--around",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long clients are looked at before and after a move (default: ${DEFAULT-VALUE}).")
    private int aroundSeconds;

    @Option(
            names = "--moves",
            paramLabel = "N",
            defaultValue = "1",
            description = "How often slots move under 40 %% of the load, there and back (default: ${DEFAULT-VALUE}).")
    private int offeredMoves;

    @Option(
            names = "--only",
            paramLabel = "PART",
            defaultValue = "BOTH",
            description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Part part = Part.BOTH;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all figures to this file too.")
    private @Nullable Path json;

    @Override
    public Integer call() {
        if (aroundSeconds < 1) {
            throw new UsageException("--around must be more than 0");
        }
        if (offeredMoves < 1) {
            throw new UsageException("--moves must be more than 0");
        }
        Optional<Path> redisCli = part == Part.UNDERMOON ? Optional.empty() : Programs.onPath("redis-cli");
        if (part == Part.REDIS_CLI && redisCli.isEmpty()) {
            throw new LaunchException("redis-cli is not installed");
        }
        MigrationRun run = new MigrationRun(
                workspace.forMigrationBench(part != Part.REDIS_CLI),
                redisCli,
                part != Part.REDIS_CLI,
                keys,
                valueBytes,
                clients,
                Duration.ofSeconds(aroundSeconds),
                offeredMoves);
        MigrationReport report = run.run(new Progress(System.out));
        System.out.printf(
                Locale.ROOT,
                "%n%d cores, load average %.1f at the start; Java %s; %d of %d keys of %d bytes move; %d clients%n%n%s",
                report.machine().cores(),
                report.machine().loadAverage(),
                report.machine().java(),
                report.moved(),
                report.keys(),
                report.valueBytes(),
                report.clients(),
                MigrationRun.render(report));
        JsonFile.write(json, report);
        return 0;
    }
}
