package io.undermoon.dev.bench.migration;

import io.undermoon.dev.bench.migration.MigrationReport.Load;
import io.undermoon.dev.bench.migration.MigrationReport.Move;
import io.undermoon.dev.lifecycle.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * Measures the moves of one pair: forth under a saturating load, back without load, and forth under 40 % of the load.
 * In this order code is compiled before the idle move, and every move is measured.
 */
final class MigrationBenchmark {
    private static final double OFFERED_SHARE = 0.4;

    private final KeySet keys;
    private final byte[] value;
    private final int clients;
    private final Duration around;
    private final int offeredMoves;
    private final Bystander bystander;
    private final Progress progress;

    /**
     * @param around how long clients warm up, and are then looked at before and after a move
     * @param offeredMoves how often to move under the offered load
     * @param bystander has been started
     */
    MigrationBenchmark(
            KeySet keys,
            int valueBytes,
            int clients,
            Duration around,
            int offeredMoves,
            Bystander bystander,
            Progress progress) {
        this.keys = keys;
        this.value = new byte[valueBytes];
        Arrays.fill(value, (byte) 'x');
        this.clients = clients;
        this.around = around;
        this.offeredMoves = offeredMoves;
        this.bystander = bystander;
        this.progress = progress;
    }

    List<Move> run(MovingPair pair) {
        progress.step("filling " + pair.name() + " with " + keys.size() + " keys");
        Fill.run(pair.storage(), keys, value);
        List<Move> moves = new ArrayList<>();
        Move saturating = underLoad(pair, Load.SATURATING, 0, pair::move);
        moves.add(saturating);
        progress.step(pair.name() + ": moving back, idle");
        moves.add(move(pair, Load.IDLE, seconds(pair::moveBack)));
        pair.awaitCleanUp();
        double most = saturating.before() == null ? 0 : saturating.before().commandsPerSecond();
        for (int i = 0; i < offeredMoves; i++) {
            Runnable move = i % 2 == 0 ? pair::move : pair::moveBack;
            moves.add(underLoad(pair, Load.OFFERED, OFFERED_SHARE * most, move));
        }
        return moves;
    }

    private Move underLoad(MovingPair pair, Load load, double commandsPerSecond, Runnable move) {
        progress.step(pair.name() + ": moving under " + load + " load");
        try (Foreground foreground = new Foreground(keys, value, pair.nodes(), clients, commandsPerSecond, bystander)) {
            foreground.start();
            pause(around);
            foreground.endPhase();
            pause(around);
            Phase before = foreground.endPhase();
            double seconds = seconds(move);
            Phase during = foreground.endPhase();
            pause(around);
            pair.awaitCleanUp();
            Phase after = foreground.endPhase();
            Move plain = move(pair, load, seconds);
            return new Move(plain.subject(), load, seconds, plain.megabytesPerSecond(), before, during, after);
        }
    }

    private Move move(MovingPair pair, Load load, double seconds) {
        double megabytes = (double) keys.moving() * (KeySet.KEY_BYTES + value.length) / 1e6;
        return new Move(pair.name(), load, seconds, megabytes / seconds, null, null, null);
    }

    private static double seconds(Runnable action) {
        long start = System.nanoTime();
        action.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        }
    }
}
