package io.undermoon.proxy.migration.copy;

import io.undermoon.proxy.backend.DirectConnection;
import io.undermoon.proxy.backend.ProxyLoop;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.ReplyValues;
import io.undermoon.proxy.route.Endpoint;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Measures the load of the two nodes of a migration every {@value #PERIOD_MILLIS} ms and adjusts the
 * {@link RateLimiter} to it. Every 10 seconds copying pauses for about 80 ms, to measure the baseline. Owned by the
 * migration event loop.
 */
final class LoadProbe {
    private static final Logger LOG = Logger.getLogger(LoadProbe.class);
    private static final long PERIOD_MILLIS = 20;
    private static final long BASELINE_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long BASELINE_PERIOD_MILLIS = 5;
    private static final int BASELINE_PROBES = 16;

    /** Probes before this one are not counted: commands from before the pause are still being answered. */
    private static final int FIRST_COUNTED_PROBE = 4;

    /** Commands are counted once in so many probes. */
    private static final int COUNT_EVERY = 5;

    private final ProxyLoop loop;
    private final NodeClient nodes;
    private final RateLimiter limiter;
    private final DoubleSupplier leastPerSecond;
    private final Side[] sides;
    private final CompletableFuture<Boolean> baseline = new CompletableFuture<>();

    private @Nullable ScheduledFuture<?> next;
    private long baselineNanos;
    private int probes;
    private boolean stopped;

    /** @param leastPerSecond keys per second that are needed whatever the load, so that the copy ends in time */
    LoadProbe(
            ProxyLoop loop,
            NodeClient nodes,
            DirectConnection source,
            DirectConnection destination,
            RateLimiter limiter,
            DoubleSupplier leastPerSecond) {
        this.loop = loop;
        this.nodes = nodes;
        this.limiter = limiter;
        this.leastPerSecond = leastPerSecond;
        this.sides = new Side[] {new Side(source), new Side(destination)};
    }

    /** Starts probing; the stage completes when the first baseline is known. */
    CompletionStage<?> start() {
        measureBaseline();
        return baseline;
    }

    void stop() {
        stopped = true;
        if (next != null) {
            next.cancel(false);
        }
    }

    private void measureBaseline() {
        limiter.pause(true);
        probeBaseline(0);
    }

    private void probeBaseline(int number) {
        if (number == FIRST_COUNTED_PROBE) {
            count();
        }
        if (number == BASELINE_PROBES) {
            count().whenComplete((counted, problem) -> endBaseline());
            return;
        }
        probe().whenComplete((answers, problem) -> {
            if (number >= FIRST_COUNTED_PROBE) {
                for (Side side : sides) {
                    side.baselines[number - FIRST_COUNTED_PROBE] = side.lastNanos;
                }
            }
            after(BASELINE_PERIOD_MILLIS, () -> probeBaseline(number + 1));
        });
    }

    private void endBaseline() {
        for (Side side : sides) {
            Arrays.sort(side.baselines);
            side.load.setBaseline(side.baselines[side.baselines.length / 2]);
        }
        baselineNanos = System.nanoTime();
        probes = 0;
        limiter.pause(false);
        baseline.complete(true);
        after(PERIOD_MILLIS, this::measure);
    }

    private void measure() {
        if (System.nanoTime() - baselineNanos > BASELINE_EVERY_NANOS) {
            LOG.debugf(
                    "Copy rate: keys_per_second=%.0f source=%s source_load=%s destination=%s destination_load=%s",
                    limiter.rate(), sides[0].node, sides[0].load, sides[1].node, sides[1].load);
            measureBaseline();
            return;
        }
        if (++probes >= COUNT_EVERY) {
            probes = 0;
            count();
        }
        probe().whenComplete((answers, problem) -> {
            double pressure = 0;
            boolean idle = true;
            boolean saturated = false;
            for (Side side : sides) {
                side.load.recordLatency(side.lastNanos);
                pressure = Math.max(pressure, side.load.pressure());
                idle &= side.load.isIdle();
                saturated |= side.load.isSaturated();
            }
            limiter.adjust(pressure, idle, saturated, leastPerSecond.getAsDouble(), System.nanoTime());
            after(PERIOD_MILLIS, this::measure);
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
        private final NodeLoad load = new NodeLoad();
        private final long[] baselines = new long[BASELINE_PROBES - FIRST_COUNTED_PROBE];
        private long lastNanos;
        private long pings;

        Side(DirectConnection connection) {
            this.connection = connection;
            this.node = connection.endpoint();
        }

        /** Measures the latency of a {@code PING}, on the connection on which no keys are copied. */
        CompletableFuture<?> ping() {
            pings++;
            long start = System.nanoTime();
            return nodes.call(node, "PING")
                    .handle((answer, problem) -> lastNanos = System.nanoTime() - start)
                    .toCompletableFuture();
        }

        /**
         * Counts the node's commands, on the connection of the copy: exactly what it sent before has been executed by
         * then.
         */
        CompletableFuture<?> count() {
            if (stopped) {
                return CompletableFuture.completedFuture(true);
            }
            long sent = connection.sent() + pings;
            return NodeClient.call(connection, "INFO", "stats")
                    .handle((info, problem) -> {
                        OptionalLong commands = problem == null
                                ? InfoReport.parse(ReplyValues.text(info)).commandsProcessed()
                                : OptionalLong.empty();
                        if (commands.isPresent()) {
                            load.recordCommands(commands.getAsLong(), sent, System.nanoTime());
                        } else {
                            LOG.debugf("INFO stats has no count of commands: node=%s", node);
                        }
                        return commands.isPresent();
                    })
                    .toCompletableFuture();
        }
    }
}
