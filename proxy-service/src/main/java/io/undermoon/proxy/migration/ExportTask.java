package io.undermoon.proxy.migration;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.MigrationConfig;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.migration.SourceMove.Phase;
import io.undermoon.proxy.migration.SourceMove.Step;
import io.undermoon.proxy.migration.copy.CopyAttempt;
import io.undermoon.proxy.migration.copy.CopyCounters;
import io.undermoon.proxy.migration.record.MigrationRecord;
import io.undermoon.proxy.migration.record.MigrationRecords;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.topology.SlotOwnership;
import io.undermoon.umctl.Handshake;
import io.undermoon.umctl.MigrationProgress;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The source side of one migration: performs the actions of its {@link SourceMove}. One action is in progress at a
 * time; the result of an abandoned one is ignored. Owned by the migration event loop, except {@link #progress}.
 */
final class ExportTask implements SourceMove.Effects, CopyAttempt.Listener {
    private static final Logger LOG = Logger.getLogger(ExportTask.class);

    private static final long PRECHECK_MILLIS = 100;
    private static final long NOTIFY_MILLIS = 20;
    private static final int MAX_NOTIFICATIONS = 10;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long MAX_PAUSE_MILLIS = 10_000;

    /** How long the first attempt to switch may hold commands; the limit doubles with each further attempt. */
    private static final long FIRST_HOLD_MILLIS = 200;

    /** The first attempt to switch is made when the missing keys take no longer than this; doubles likewise. */
    private static final long FIRST_DRAIN_MILLIS = 5;

    /** After so many attempts to switch an acknowledgement of the destination's replica is no longer required. */
    private static final int REPLICA_ATTEMPTS = 3;

    private final MigrationContext context;
    private final ClusterName cluster;
    private final TaggedSlots tag;
    private final MigrationMeta meta;
    private final MigrationConfig config;
    private final Endpoint source;
    private final Endpoint destination;
    private final Endpoint destinationProxy;
    private final CopyCounters counters = new CopyCounters();
    private final AbortRequests aborts;
    private final HoldTimer hold;

    private volatile SourceMove move;
    private volatile String waitReason = "";
    private @Nullable CopyAttempt attempt;

    /** The number of the action in progress. */
    private long currentAction;

    /** Attempts to switch with the present copy. */
    private int holds;

    private boolean stopped;

    ExportTask(
            MigrationContext context,
            ClusterName cluster,
            TaggedSlots tag,
            MigrationMeta meta,
            MigrationConfig config,
            SlotOwnership now) {
        this.context = context;
        this.cluster = cluster;
        this.tag = tag;
        this.meta = meta;
        this.config = config;
        this.source = context.endpoints().redis(meta.srcNodeAddress().value());
        this.destination = context.endpoints().redis(meta.dstNodeAddress().value());
        this.destinationProxy = context.endpoints().peer(meta.dstProxyAddress().value(), 0);
        this.aborts = new AbortRequests(context.loop().eventLoop());
        this.hold = new HoldTimer(context.loop().eventLoop(), maxHoldMillis(), this::heldTooLong);
        this.move = SourceMove.of(meta.epoch(), now);
    }

    void start() {
        LOG.infof("Slot migration starts: %s ownership=%s", this, move.ownership());
        if (move.ownership() == SlotOwnership.HELD) {
            hold.begin();
        }
        apply(move.begin());
    }

    /** Ends the task, because the migration is no longer in the metadata. */
    void stop() {
        stopped = true;
        currentAction++;
        endAttempt();
        hold.cancel();
        aborts.answer("TASK_NOT_FOUND the migration is no longer known");
    }

    /** The endpoints to which connections are to be kept. */
    List<Endpoint> endpoints() {
        return List.of(source, destination, destinationProxy);
    }

    MigrationTask task() {
        return new MigrationTask(cluster, tag);
    }

    boolean isSwitched() {
        return move.phase() == Phase.SWITCHED;
    }

    /** The progress of the migration; may be called from any thread. */
    MigrationProgress progress() {
        SourceMove now = move;
        MigrationProgress.State state =
                MigrationProgress.State.valueOf(now.phase().shown().toUpperCase(Locale.ROOT));
        return counters.progress(tag, state, now.error().isEmpty() ? waitReason : now.error());
    }

    /** Aborts the migration, unless it is switched. Completes with {@code OK} or an error. */
    CompletionStage<String> abort() {
        CompletionStage<String> answer = aborts.add();
        if (move.certain() && move.isInterruptible()) {
            apply(move.abort());
        } else {
            move = move.requestAbort();
            answerAbortsIfKnown();
        }
        return answer;
    }

    private void apply(Step step) {
        SourceMove before = move;
        SourceMove next = step.next();
        move = next;
        currentAction++;
        waitReason = "";
        if (before.ownership() != next.ownership()) {
            ownershipChanged(before.ownership(), next.ownership());
            if (stopped) {
                return;
            }
        }
        if (!before.phase().shown().equals(next.phase().shown())) {
            String reason = next.error().isEmpty() ? "" : " reason=" + next.error();
            LOG.infof("Slot migration %s: %s%s", next.phase().shown(), this, reason);
        } else if (!next.error().isEmpty() && !next.error().equals(before.error())) {
            LOG.warnf("Slot migration is retried: %s reason=%s", this, next.error());
        }
        answerAbortsIfKnown();
        step.action().perform(this);
    }

    private void ownershipChanged(SlotOwnership before, SlotOwnership now) {
        if (now == SlotOwnership.HELD) {
            hold.begin();
        }
        if (!context.topology().setOwnership(tag, now)) {
            // The migration has left the metadata; the task would be told so in a moment.
            stop();
            return;
        }
        if (before == SlotOwnership.HELD) {
            long nanos = hold.end();
            counters.held(nanos);
            LOG.infof("Commands were held: %s micros=%d", this, TimeUnit.NANOSECONDS.toMicros(nanos));
        }
    }

    private void heldTooLong() {
        SourceMove before = move;
        move = before.overdue();
        if (before.ownership() == move.ownership()) {
            hold.extend();
        } else {
            ownershipChanged(before.ownership(), move.ownership());
            LOG.warnf("Commands were held too long: %s ownership=%s", this, move.ownership());
        }
    }

    private long maxHoldMillis() {
        return Math.max(1, config.maxBlockingTime());
    }

    private void answerAbortsIfKnown() {
        if (move.phase() == Phase.ABORTED) {
            aborts.answer("OK");
        } else if (move.isSwitched()) {
            aborts.answer("ALREADY_SWITCHED the destination has the slots");
        }
    }

    @Override
    public void readRecords() {
        endAttempt();
        CompletionStage<@Nullable MigrationRecord> atSource =
                context.records().read(source, MigrationRecords.EXPORTS, tag.rangeList());
        CompletionStage<@Nullable MigrationRecord> atDestination =
                context.records().read(destination, MigrationRecords.IMPORTS, tag.rangeList());
        answer(
                atSource.thenCompose(own -> atDestination.thenApply(other -> new Found(own, other))),
                found -> move.found(found.source, found.destination, randomText()));
    }

    private record Found(
            @Nullable MigrationRecord source, @Nullable MigrationRecord destination) {}

    @Override
    public void writeSource(@Nullable MigrationRecord expected, MigrationRecord next) {
        answer(
                context.records().replace(source, MigrationRecords.EXPORTS, tag.rangeList(), expected, next),
                done -> done ? move.written(next) : move.conflict());
    }

    @Override
    public void writeDestination(@Nullable MigrationRecord expected, MigrationRecord next) {
        answer(
                context.records().replace(destination, MigrationRecords.IMPORTS, tag.rangeList(), expected, next),
                done -> done ? move.written(next) : move.conflict());
    }

    @Override
    public void precheck() {
        long action = currentAction;
        handshake(Handshake.Step.PRECHECK).whenComplete((reply, problem) -> {
            if (action != currentAction) {
                return;
            }
            if (problem == null) {
                apply(move.prechecked());
            } else {
                waitReason = NodeException.reason(problem);
                schedule(PRECHECK_MILLIS, ifCurrent(action, this::precheck));
            }
        });
    }

    @Override
    public void notifyDestination() {
        endAttempt();
        notifyDestination(1);
    }

    private void notifyDestination(int attempts) {
        long action = currentAction;
        handshake(Handshake.Step.FINALSWITCH).whenComplete((reply, problem) -> {
            if (action != currentAction) {
                return;
            }
            if (problem == null) {
                apply(move.accepted());
            } else if (attempts < MAX_NOTIFICATIONS) {
                schedule(NOTIFY_MILLIS, ifCurrent(action, () -> notifyDestination(attempts + 1)));
            } else {
                apply(move.failed(NodeException.reason(problem)));
            }
        });
    }

    private CompletionStage<?> handshake(Handshake.Step step) {
        List<String> command = new Handshake(step, Handshake.VERSION, task()).toCommand();
        return context.nodes().call(destinationProxy, command);
    }

    @Override
    public void prepare() {
        endAttempt();
        CopyAttempt started =
                new CopyAttempt(context.copyContext(), source, destination, tag.rangeList(), config, counters, this);
        attempt = started;
        holds = 0;
        answer(started.prepare().thenApply(prepared -> true), prepared -> move.prepared());
    }

    @Override
    public void copy() {
        CopyAttempt present = attempt;
        if (present == null) {
            apply(move.failed("the attempt has ended"));
            return;
        }
        // A copy that does not converge is accepted with more keys missing each time.
        long allowedMillis = Math.min(maxHoldMillis() / 4, FIRST_DRAIN_MILLIS << Math.min(holds, 16));
        if (holds == 0) {
            present.copy(allowedMillis);
        } else {
            schedule(pauseMillis(holds), ifCurrent(currentAction, () -> present.copy(allowedMillis)));
        }
    }

    @Override
    public void converged() {
        if (move.phase() == Phase.COPYING) {
            apply(move.converged());
        }
    }

    @Override
    public void attemptFailed(String reason) {
        switch (move.phase()) {
            case PREPARING, COPYING, HOLDING -> apply(move.failed(reason));
            default -> LOG.debugf("Failure of a finished copy: %s reason=%s", this, reason);
        }
    }

    @Override
    public void hold() {
        CopyAttempt present = attempt;
        if (present == null) {
            apply(move.failed("the attempt has ended"));
            return;
        }
        long action = currentAction;
        long budgetMillis = Math.min(maxHoldMillis(), FIRST_HOLD_MILLIS << Math.min(holds, 16));
        boolean ignoresReplica = holds >= REPLICA_ATTEMPTS;
        holds++;
        schedule(
                budgetMillis,
                ifCurrent(action, () -> apply(move.heldTooLong("commands were held for " + budgetMillis + " ms"))));
        Runnable finish = ifCurrent(
                action,
                () -> answer(
                        present.finish(randomText(), Math.max(1, budgetMillis / 2)),
                        safe -> safe || ignoresReplica
                                ? move.drained()
                                : move.heldTooLong("no replica of the destination has acknowledged in time")));
        Barrier.await(context.clientConnections(), source, tag.rangeList()::contains, () -> action == currentAction)
                .whenComplete((quiet, problem) -> context.loop().execute(finish));
    }

    @Override
    public void pause(int failures) {
        endAttempt();
        schedule(pauseMillis(failures), ifCurrent(currentAction, () -> apply(move.pauseEnded())));
    }

    private static long pauseMillis(int failures) {
        return Math.min(MAX_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(failures - 1, 10));
    }

    @Override
    public void rest() {
        endAttempt();
    }

    private void endAttempt() {
        CopyAttempt present = attempt;
        attempt = null;
        if (present != null) {
            present.close();
        }
    }

    private <T> void answer(CompletionStage<T> stage, Function<T, Step> event) {
        long action = currentAction;
        BiFunction<@Nullable T, @Nullable Throwable, Boolean> taken = (value, problem) -> {
            if (action == currentAction) {
                apply(
                        problem == null
                                ? event.apply(requireNonNull(value))
                                : move.failed(NodeException.reason(problem)));
            }
            return true;
        };
        stage.handle(taken).whenComplete((done, mistake) -> {
            if (mistake != null) {
                LOG.errorf(mistake, "Unexpected error in a slot migration: %s state=%s", this, move);
            }
        });
    }

    private Runnable ifCurrent(long action, Runnable task) {
        return () -> {
            if (action == currentAction) {
                task.run();
            }
        };
    }

    private void schedule(long millis, Runnable task) {
        Runnable unlessStopped = () -> {
            if (!stopped) {
                task.run();
            }
        };
        context.loop().eventLoop().schedule(unlessStopped, millis, TimeUnit.MILLISECONDS);
    }

    private static String randomText() {
        return Long.toHexString(ThreadLocalRandom.current().nextLong());
    }

    @Override
    public String toString() {
        return "cluster=" + cluster + " epoch=" + meta.epoch() + " slots=" + tag.rangeList() + " source=" + source
                + " destination=" + destination;
    }
}
