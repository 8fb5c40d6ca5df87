package io.undermoon.dev.backups.take;

import io.undermoon.dev.backups.Layout;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.HostPort;
import io.undermoon.slot.Slot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** All masters of a cluster while they are followed. */
final class Following implements AutoCloseable {
    private static final int HOLDS = 5;
    private static final long BETWEEN_MILLIS = 500;
    private static final long LOOK_MILLIS = 200;
    private static final long SAY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long CUT_SECONDS = 60;
    private static final long END_MILLIS = 5000;

    private final BackupPlan plan;
    private final Consumer<String> out;
    private final Layout layout;
    private final List<Recording> recordings = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    /** What the masters had at a point, and what they had sent since the one before. */
    record Agreed(Layout layout, Hold.Point point, List<Recording.Cut> cuts) {
        /** Throws the files away. */
        void discard() {
            cuts.forEach(cut -> cut.stream().close());
        }
    }

    private Following(BackupPlan plan, Layout layout, Consumer<String> out) {
        this.plan = plan;
        this.layout = layout;
        this.out = out;
    }

    /** @param prefix of the names of all files */
    static Following begin(BackupPlan plan, String prefix, Consumer<String> out)
            throws IOException, InterruptedException {
        Following following = new Following(plan, stable(plan, out), out);
        int number = 0;
        for (HostPort master : following.layout.masters().keySet()) {
            Recording recording = new Recording(master, plan.nodes(), plan.store(), prefix + "shard-" + number++);
            following.recordings.add(recording);
            Thread thread = new Thread(recording, "backup of " + master);
            thread.setDaemon(true);
            thread.start();
            following.threads.add(thread);
        }
        return following;
    }

    /** The layout when no slots move. */
    private static Layout stable(BackupPlan plan, Consumer<String> out) throws IOException, InterruptedException {
        long end = System.nanoTime() + plan.patience().toNanos();
        boolean said = false;
        while (true) {
            Layout now = plan.layouts().now();
            if (!now.moving()) {
                if (now.served() < Slot.COUNT) {
                    throw new LaunchException("the cluster " + now.cluster() + " has " + (Slot.COUNT - now.served())
                            + " slots without a master; a backup would lack them");
                }
                return now;
            }
            if (System.nanoTime() - end > 0) {
                throw new LaunchException("slots of the cluster " + now.cluster() + " have not ceased to move within "
                        + plan.patience().toSeconds() + " s; wait for them, or allow more by --wait");
            }
            if (!said) {
                out.accept("waiting until no slots move");
                said = true;
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    List<Recording> recordings() {
        return recordings;
    }

    /** Waits until all masters have sent their snapshots and are followed. */
    void awaitSnapshots() throws IOException, InterruptedException {
        long said = System.nanoTime();
        for (Recording recording : recordings) {
            while (!recording.snapshot().isDone()) {
                for (Recording each : recordings) {
                    each.requireAlive();
                }
                Thread.sleep(LOOK_MILLIS / 10);
                if (System.nanoTime() - said > SAY_NANOS) {
                    said = System.nanoTime();
                    out.accept(received() / 1_000_000 + " MB received");
                }
            }
            recording.requireAlive();
        }
    }

    private long received() {
        return recordings.stream().mapToLong(Recording::received).sum();
    }

    /**
     * Agrees on a point, and cuts the streams there.
     *
     * @throws ChangedException the masters are others by now
     */
    Agreed agree() throws IOException, InterruptedException {
        Map<HostPort, RedisConnection> connections = new LinkedHashMap<>();
        try {
            for (Recording recording : recordings) {
                recording.requireAlive();
                connections.put(recording.master(), RedisConnection.open(recording.master(), plan.nodes()));
            }
            Hold hold = new Hold(connections, plan.holdMillis());
            String problem = "";
            for (int i = 0; i < HOLDS; i++) {
                if (i > 0) {
                    Thread.sleep(BETWEEN_MILLIS);
                }
                Layout before = stable(plan, out);
                requireMasters(before);
                try {
                    Hold.Point point = hold.take();
                    Layout after = plan.layouts().now();
                    if (!after.moving() && after.epoch() == before.epoch()) {
                        requireHistories(point);
                        return new Agreed(after, point, cut(point));
                    }
                    problem = "the cluster changes all the time";
                } catch (Hold.TooSlowException e) {
                    problem = e.getMessage() + "; allow more by --hold";
                }
                out.accept("no point could be agreed on: " + problem);
            }
            throw new LaunchException("no point could be agreed on, tried " + HOLDS + " times: " + problem);
        } finally {
            connections.values().forEach(RedisConnection::close);
        }
    }

    private void requireMasters(Layout now) throws ChangedException {
        if (!now.masters().keySet().equals(layout.masters().keySet())) {
            throw new ChangedException("the masters of the cluster have changed");
        }
    }

    private void requireHistories(Hold.Point point) throws ChangedException {
        for (Recording recording : recordings) {
            MasterState state = java.util.Objects.requireNonNull(point.states().get(recording.master()));
            if (!state.isMaster() || !state.history().equals(recording.history())) {
                throw new ChangedException(recording.master() + " is no longer the master that was followed");
            }
        }
    }

    private List<Recording.Cut> cut(Hold.Point point) throws IOException, InterruptedException {
        List<CompletableFuture<Recording.Cut>> pending = new ArrayList<>();
        for (Recording recording : recordings) {
            pending.add(recording.cutAt(
                    java.util.Objects.requireNonNull(point.states().get(recording.master()))
                            .offset()));
        }
        List<Recording.Cut> cuts = new ArrayList<>();
        try {
            for (CompletableFuture<Recording.Cut> cut : pending) {
                cuts.add(cut.get(CUT_SECONDS, TimeUnit.SECONDS));
            }
            return cuts;
        } catch (ExecutionException | TimeoutException e) {
            cuts.forEach(cut -> cut.stream().close());
            throw new IOException("the stream up to the point has not come: " + e.getMessage(), e);
        }
    }

    /** @throws IOException a master is no longer followed */
    void requireAlive() throws IOException {
        for (Recording recording : recordings) {
            recording.requireAlive();
        }
    }

    static Duration between(long startNanos) {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    @Override
    public void close() {
        recordings.forEach(recording -> {
            recording.close();
            recording.snapshot().whenComplete((file, problem) -> {
                if (file != null) {
                    file.close();
                }
            });
        });
        try {
            for (Thread thread : threads) {
                thread.join(END_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
