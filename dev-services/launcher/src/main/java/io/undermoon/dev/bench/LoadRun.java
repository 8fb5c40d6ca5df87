package io.undermoon.dev.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * One run of the load generator: all clients connect, then all begin; after the warm-up counting starts, and ends after
 * the duration. A client stops when the replies to its last burst are complete, so that no command is in flight at the
 * end. Everything but the construction happens on one event loop.
 */
final class LoadRun {
    private static final long HIGHEST_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int SIGNIFICANT_DIGITS = 3;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Cell cell;
    private final Requests requests;
    private final EventLoop loop;
    private final LoadTarget target;
    private final Duration warmUp;
    private final Duration duration;
    private final CompletableFuture<Load> result = new CompletableFuture<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private final Histogram latency = new Histogram(HIGHEST_NANOS, SIGNIFICANT_DIGITS);
    private boolean measuring;
    private boolean over;
    private long outstanding;
    private long replies;
    private long allReplies;
    private long startNanos;
    private long startThreadNanos;
    private Duration startTargetCpu = Duration.ZERO;
    private Duration elapsed = Duration.ZERO;
    private Duration threadCpu = Duration.ZERO;
    private Duration targetCpu = Duration.ZERO;

    LoadRun(Cell cell, Requests requests, EventLoop loop, LoadTarget target, Duration warmUp, Duration duration) {
        this.cell = cell;
        this.requests = requests;
        this.loop = loop;
        this.target = target;
        this.warmUp = warmUp;
        this.duration = duration;
    }

    /** Completed when every command of the run has its reply, or with an {@link IllegalStateException}. */
    CompletableFuture<Load> result() {
        return result;
    }

    int pipeline() {
        return cell.pipeline();
    }

    boolean isOver() {
        return over;
    }

    /** No client sends before all are connected. */
    void connected(Runnable begin) {
        waiting.add(begin);
        if (waiting.size() == cell.connections()) {
            waiting.forEach(Runnable::run);
            loop.schedule(this::startMeasuring, warmUp.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    ByteBuf nextBurst() {
        outstanding += cell.pipeline();
        return requests.next();
    }

    void record(int count, long latencyNanos) {
        outstanding -= count;
        allReplies += count;
        if (measuring && count > 0) {
            replies += count;
            latency.recordValueWithCount(Math.min(latencyNanos, HIGHEST_NANOS), count);
        }
        if (over && outstanding == 0) {
            result.complete(new Load(replies, allReplies, elapsed, latency, threadCpu, targetCpu));
        }
    }

    void fail(String reason) {
        over = true;
        result.completeExceptionally(new IllegalStateException(reason));
    }

    private void startMeasuring() {
        startTargetCpu = target.cpu();
        startThreadNanos = THREADS.getCurrentThreadCpuTime();
        startNanos = System.nanoTime();
        measuring = true;
        loop.schedule(this::stopMeasuring, duration.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void stopMeasuring() {
        measuring = false;
        elapsed = Duration.ofNanos(System.nanoTime() - startNanos);
        threadCpu = Duration.ofNanos(THREADS.getCurrentThreadCpuTime() - startThreadNanos);
        targetCpu = target.cpu().minus(startTargetCpu);
        over = true;
    }
}
