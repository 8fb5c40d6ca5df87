package io.undermoon.proxy.migration.copy;

import io.undermoon.proxy.backend.DirectConnection;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.migration.record.Calls;
import io.undermoon.proxy.migration.record.NodeInfo;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.RespValue;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Has the {@link Pace} of a migration follow its two nodes. Now and then all rests for a moment, to see how they are when nothing
 * is copied; in between they are asked every {@value #PERIOD_MILLIS} ms. Owned by the engine's loop.
 */
final class LoadProbe {
    private static final Logger LOG = Logger.getLogger(LoadProbe.class);
    private static final long PERIOD_MILLIS = 20;
    private static final long REST_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long REST_PERIOD_MILLIS = 5;
    private static final int REST_PROBES = 16;

    /** What was begun before a rest is still answered during the first ones. */
    private static final int FIRST_THAT_COUNTS = 4;

    private static final int COUNT_EVERY = 5;

    private final ProxyLoop loop;
    private final Calls calls;
    private final Pace pace;
    private final DoubleSupplier leastPerSecond;
    private final Side[] sides;
    private final CompletableFuture<Boolean> known = new CompletableFuture<>();

    private @Nullable ScheduledFuture<?> next;
    private long restedNanos;
    private int probes;
    private boolean stopped;

    /** @param leastPerSecond keys per second that are needed however the nodes are */
    LoadProbe(
            ProxyLoop loop,
            Calls calls,
            DirectConnection source,
            DirectConnection destination,
            Pace pace,
            DoubleSupplier leastPerSecond) {
        this.loop = loop;
        this.calls = calls;
        this.pace = pace;
        this.leastPerSecond = leastPerSecond;
        this.sides = new Side[] {new Side(source), new Side(destination)};
    }

    /** Begins, with a rest; the stage ends with it. */
    CompletionStage<?> start() {
        rest();
        return known;
    }

    void stop() {
        stopped = true;
        if (next != null) {
            next.cancel(false);
        }
    }

    private void rest() {
        pace.rest(true);
        restProbe(0);
    }

    private void restProbe(int number) {
        if (number == FIRST_THAT_COUNTS) {
            count();
        }
        if (number == REST_PROBES) {
            count().whenComplete((counted, problem) -> endRest());
            return;
        }
        probe().whenComplete((answers, problem) -> {
            if (number >= FIRST_THAT_COUNTS) {
                for (Side side : sides) {
                    side.rests[number - FIRST_THAT_COUNTS] = side.lastNanos;
                }
            }
            after(REST_PERIOD_MILLIS, () -> restProbe(number + 1));
        });
    }

    private void endRest() {
        for (Side side : sides) {
            Arrays.sort(side.rests);
            side.watch.undisturbed(side.rests[side.rests.length / 2]);
        }
        restedNanos = System.nanoTime();
        probes = 0;
        pace.rest(false);
        known.complete(true);
        after(PERIOD_MILLIS, this::look);
    }

    private void look() {
        if (System.nanoTime() - restedNanos > REST_EVERY_NANOS) {
            LOG.debugf(
                    "allowance %.0f keys/s, source %s, destination %s",
                    pace.allowance(), sides[0].watch, sides[1].watch);
            rest();
            return;
        }
        if (++probes >= COUNT_EVERY) {
            probes = 0;
            count();
        }
        probe().whenComplete((answers, problem) -> {
            double strain = 0;
            boolean alone = true;
            boolean full = false;
            for (Side side : sides) {
                side.watch.answered(side.lastNanos);
                strain = Math.max(strain, side.watch.strain());
                alone &= side.watch.isAlone();
                full |= side.watch.isFull();
            }
            pace.judge(strain, alone, full, leastPerSecond.getAsDouble(), System.nanoTime());
            after(PERIOD_MILLIS, this::look);
        });
    }

    private CompletableFuture<?> probe() {
        return CompletableFuture.allOf(sides[0].ping(), sides[1].ping());
    }

    private CompletableFuture<?> count() {
        return CompletableFuture.allOf(sides[0].count(), sides[1].count());
    }

    private void after(long millis, Runnable action) {
        if (!stopped) {
            next = loop.eventLoop().schedule(action, millis, TimeUnit.MILLISECONDS);
        }
    }

    private final class Side {
        private final DirectConnection connection;
        private final Endpoint node;
        private final NodeWatch watch = new NodeWatch();
        private final long[] rests = new long[REST_PROBES - FIRST_THAT_COUNTS];
        private long lastNanos;
        private long pings;

        Side(DirectConnection connection) {
            this.connection = connection;
            this.node = connection.endpoint();
        }

        /** On a connection where nothing of the migration's is ahead of it. */
        CompletableFuture<?> ping() {
            pings++;
            long start = System.nanoTime();
            return calls.call(node, "PING")
                    .handle((answer, problem) -> lastNanos = System.nanoTime() - start)
                    .toCompletableFuture();
        }

        /** On the migration's own connection, so that just what it has sent before has been served by then. */
        CompletableFuture<?> count() {
            if (stopped) {
                return CompletableFuture.completedFuture(true);
            }
            CompletableFuture<RespValue> answer = new CompletableFuture<>();
            long sent = connection.sent() + pings;
            connection.send(CommandFrame.of(List.of("INFO", "stats")), Calls.collector("INFO of " + node, answer));
            return answer.handle((info, problem) -> {
                OptionalLong commands = problem == null ? NodeInfo.commands(Calls.text(info)) : OptionalLong.empty();
                if (commands.isPresent()) {
                    watch.served(commands.getAsLong(), sent, System.nanoTime());
                } else {
                    LOG.debugf("node=%s does not tell how many commands it has served", node);
                }
                return commands.isPresent();
            });
        }
    }
}
