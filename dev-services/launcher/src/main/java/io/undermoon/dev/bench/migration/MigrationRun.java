package io.undermoon.dev.bench.migration;

import io.undermoon.dev.bench.Machine;
import io.undermoon.dev.bench.migration.MigrationReport.Move;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.os.EmptyDirectory;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.LaunchException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A whole run: first redis-cli, where it is installed, then this system, each with processes of its own that are
 * stopped before the next ones start.
 *
 * @param installation its data directory is emptied
 * @param redisCli empty to leave its part out
 * @param undermoon false to leave this system's part out
 * @param offeredMoves how often to move under the offered load
 */
public record MigrationRun(
        Installation installation,
        Optional<Path> redisCli,
        boolean undermoon,
        int keys,
        int valueBytes,
        int clients,
        Duration around,
        int offeredMoves) {
    private static final int MAX_KEYS = 50_000_000;

    public MigrationRun {
        if (keys < 1 || keys > MAX_KEYS || valueBytes < 1 || valueBytes > 1 << 20 || clients < 1 || clients > 10_000) {
            throw new LaunchException("--keys " + keys + ", --size " + valueBytes + " or --connections " + clients
                    + " is not within 1-" + MAX_KEYS + ", 1-1048576 and 1-10000");
        }
    }

    public MigrationReport run(Progress progress) {
        EmptyDirectory.make(installation.data());
        KeySet set = new KeySet(keys);
        Machine machine = Machine.current("", "own clients");
        List<Move> moves = new ArrayList<>();
        Bystander bystander = new Bystander(installation);
        withHook(bystander::close, () -> {
            bystander.start(installation, progress);
            MigrationBenchmark benchmark =
                    new MigrationBenchmark(set, valueBytes, clients, around, offeredMoves, bystander, progress);
            redisCli.ifPresent(
                    program -> moves.addAll(measure(benchmark, new RedisCliPair(installation, program, progress))));
            if (undermoon) {
                moves.addAll(measure(benchmark, new UndermoonPair(installation, progress)));
            }
            return moves;
        });
        return new MigrationReport(machine, keys, set.moving(), valueBytes, clients, moves);
    }

    /** The report as a table. */
    public static String render(MigrationReport report) {
        return MigrationTable.render(report);
    }

    private static List<Move> measure(MigrationBenchmark benchmark, MovingPair pair) {
        return withHook(pair::close, () -> {
            pair.start();
            return benchmark.run(pair);
        });
    }

    /** The processes that an action uses end after it, or with this program, however it ends. */
    private static List<Move> withHook(Runnable end, Supplier<List<Move>> action) {
        Thread hook = new Thread(end, "stop-processes");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return action.get();
        } finally {
            end.run();
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
