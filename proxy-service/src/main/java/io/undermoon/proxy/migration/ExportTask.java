package io.undermoon.proxy.migration;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.MigrationConfig;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.migration.SourceMove.Phase;
import io.undermoon.proxy.migration.SourceMove.Step;
import io.undermoon.proxy.migration.copy.CopyAttempt;
import io.undermoon.proxy.migration.copy.CopyCounters;
import io.undermoon.proxy.migration.record.Calls;
import io.undermoon.proxy.migration.record.MigrationRecord;
import io.undermoon.proxy.migration.record.MigrationRecords;
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
 * Carries out what {@link SourceMove} decides for one migration. One action is under way at a time; what comes of one that has
 * been given up is ignored. Owned by the migration event loop, but for {@link #progress}.
 */
final class ExportTask implements SourceMove.Effects, CopyAttempt.Listener {
    private static final Logger LOG = Logger.getLogger(ExportTask.class);

    private static final long PRECHECK_MILLIS = 100;
    private static final long NOTIFY_MILLIS = 20;
    private static final int NOTIFICATIONS = 10;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long MAX_PAUSE_MILLIS = 10_000;

    /** How long commands are held at most by the first handover that is tried; later ones take longer. */
    private static final long FIRST_HOLD_MILLIS = 200;

    private static final long FIRST_DRAIN_MILLIS = 5;

    /** So often a destination's replica may fail to acknowledge in time. */
    private static final int REPLICA_CHANCES = 3;

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
    private volatile String waitsFor = "";
    private @Nullable CopyAttempt attempt;
    private long turn;
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
        LOG.infof("%s begins; served here until now: %s", this, move.certain());
        if (move.ownership() == SlotOwnership.HELD) {
            hold.begin();
        }
        take(move.begin());
    }

    /** The migration is no longer in the metadata. */
    void stop() {
        stopped = true;
        turn++;
        endAttempt();
        hold.cancel();
        aborts.answer("TASK_NOT_FOUND the migration is no longer known");
    }

    /** Every endpoint that the migration needs. */
    List<Endpoint> endpoints() {
        return List.of(source, destination, destinationProxy);
    }

    MigrationTask task() {
        return new MigrationTask(cluster, tag);
    }

    boolean isSwitched() {
        return move.phase() == Phase.SWITCHED;
    }

    /** How far it is; from any thread. */
    MigrationProgress progress() {
        SourceMove now = move;
        MigrationProgress.State state =
                MigrationProgress.State.valueOf(now.phase().shown().toUpperCase(Locale.ROOT));
        return counters.progress(tag, state, now.error().isEmpty() ? waitsFor : now.error());
    }

    /** Cancels the migration, unless it is switched. The answer is {@code OK} or an error. */
    CompletionStage<String> abort() {
        CompletionStage<String> answer = aborts.add();
        if (move.certain() && move.isInterruptible()) {
            take(move.abort());
        } else {
            move = move.requestAbort();
            answerAbortsIfKnown();
        }
        return answer;
    }

    private void take(Step step) {
        SourceMove before = move;
        SourceMove next = step.next();
        move = next;
        turn++;
        waitsFor = "";
        if (before.ownership() != next.ownership()) {
            ownershipChanged(before.ownership(), next.ownership());
            if (stopped) {
                return;
            }
        }
        if (!before.phase().shown().equals(next.phase().shown())) {
            LOG.infof("%s is %s%s", this, next.phase().shown(), next.error().isEmpty() ? "" : ": " + next.error());
        } else if (!next.error().isEmpty() && !next.error().equals(before.error())) {
            LOG.warnf("%s: %s", this, next.error());
        }
        answerAbortsIfKnown();
        step.action().perform(this);
    }

    private void ownershipChanged(SlotOwnership before, SlotOwnership now) {
        if (now == SlotOwnership.HELD) {
            hold.begin();
        }
        if (!context.topology().setOwnership(tag, now)) {
            // The metadata has changed, which this task is about to hear; nobody goes by what it does any more.
            stop();
            return;
        }
        if (before == SlotOwnership.HELD) {
            long nanos = hold.end();
            counters.held(nanos);
            LOG.infof("%s held commands for %d us", this, TimeUnit.NANOSECONDS.toMicros(nanos));
        }
    }

    private void heldTooLong() {
        SourceMove before = move;
        move = before.overdue();
        if (before.ownership() == move.ownership()) {
            hold.goOn();
        } else {
            ownershipChanged(before.ownership(), move.ownership());
            LOG.warnf("%s: commands were held too long: %s", this, move.ownership());
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
        CompletionStage<@Nullable MigrationRecord> atSource = context.records().read(source, MigrationRecords.EXPORTS, tag.rangeList());
        CompletionStage<@Nullable MigrationRecord> atDestination = context.records().read(destination, MigrationRecords.IMPORTS, tag.rangeList());
        outcome(
                atSource.thenCompose(own -> atDestination.thenApply(other -> new Found(own, other))),
                found -> move.found(found.source, found.destination, randomWord()));
    }

    private record Found(@Nullable MigrationRecord source, @Nullable MigrationRecord destination) {}

    @Override
    public void writeSource(@Nullable MigrationRecord expected, MigrationRecord next) {
        outcome(
                context.records().replace(source, MigrationRecords.EXPORTS, tag.rangeList(), expected, next),
                done -> done ? move.written(next) : move.conflict());
    }

    @Override
    public void writeDestination(@Nullable MigrationRecord expected, MigrationRecord next) {
        outcome(
                context.records().replace(destination, MigrationRecords.IMPORTS, tag.rangeList(), expected, next),
                done -> done ? move.written(next) : move.conflict());
    }

    @Override
    public void precheck() {
        long mine = turn;
        handshake(Handshake.Step.PRECHECK).whenComplete((reply, problem) -> {
            if (mine != turn) {
                return;
            }
            if (problem == null) {
                take(move.prechecked());
            } else {
                waitsFor = Calls.reason(problem);
                schedule(PRECHECK_MILLIS, ifTurn(mine, this::precheck));
            }
        });
    }

    @Override
    public void notifyDestination() {
        endAttempt();
        notifyDestination(1);
    }

    private void notifyDestination(int attempts) {
        long mine = turn;
        handshake(Handshake.Step.FINALSWITCH).whenComplete((reply, problem) -> {
            if (mine != turn) {
                return;
            }
            if (problem == null) {
                take(move.accepted());
            } else if (attempts < NOTIFICATIONS) {
                schedule(NOTIFY_MILLIS, ifTurn(mine, () -> notifyDestination(attempts + 1)));
            } else {
                take(move.failed(Calls.reason(problem)));
            }
        });
    }

    private CompletionStage<?> handshake(Handshake.Step step) {
        List<String> command = new Handshake(step, Handshake.VERSION, task()).toCommand();
        return context.calls().call(destinationProxy, CommandFrame.of(command));
    }

    @Override
    public void prepare() {
        endAttempt();
        CopyAttempt started = new CopyAttempt(
                context.copyContext(), source, destination, tag.rangeList(), config, counters, this);
        attempt = started;
        holds = 0;
        outcome(started.prepare().thenApply(prepared -> true), prepared -> move.prepared());
    }

    @Override
    public void copy() {
        CopyAttempt present = attempt;
        if (present == null) {
            take(move.failed("the attempt has ended"));
            return;
        }
        // The longer it does not converge, the longer may what is left take.
        long allowedMillis = Math.min(maxHoldMillis() / 4, FIRST_DRAIN_MILLIS << Math.min(holds, 16));
        if (holds == 0) {
            present.copy(allowedMillis);
        } else {
            schedule(pauseMillis(holds), ifTurn(turn, () -> present.copy(allowedMillis)));
        }
    }

    @Override
    public void converged() {
        if (move.phase() == Phase.COPYING) {
            take(move.converged());
        }
    }

    @Override
    public void attemptFailed(String reason) {
        switch (move.phase()) {
            case PREPARING, COPYING, HOLDING -> take(move.failed(reason));
            default -> LOG.debugf("%s no longer needs what was lost: %s", this, reason);
        }
    }

    @Override
    public void hold() {
        CopyAttempt present = attempt;
        if (present == null) {
            take(move.failed("the attempt has ended"));
            return;
        }
        long mine = turn;
        long budgetMillis = Math.min(maxHoldMillis(), FIRST_HOLD_MILLIS << Math.min(holds, 16));
        boolean insists = holds >= REPLICA_CHANCES;
        holds++;
        schedule(
                budgetMillis,
                ifTurn(mine, () -> take(move.heldTooLong("commands were held for " + budgetMillis + " ms"))));
        Barrier.of(context.clientLoops(), source, tag.rangeList()::contains, () -> mine == turn)
                .whenComplete((quiet, problem) -> context.loop()
                        .execute(ifTurn(
                                mine,
                                () -> outcome(
                                        present.finish(randomWord(), Math.max(1, budgetMillis / 2)),
                                        safe -> safe || insists
                                                ? move.drained()
                                                : move.heldTooLong(
                                                        "no replica of the destination has acknowledged in time")))));
    }

    @Override
    public void pause(int failures) {
        endAttempt();
        schedule(pauseMillis(failures), ifTurn(turn, () -> take(move.pauseEnded())));
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

    private <T> void outcome(CompletionStage<T> stage, Function<T, Step> event) {
        long mine = turn;
        BiFunction<@Nullable T, @Nullable Throwable, Boolean> taken = (value, problem) -> {
            if (mine == turn) {
                take(problem == null ? event.apply(requireNonNull(value)) : move.failed(Calls.reason(problem)));
            }
            return true;
        };
        stage.handle(taken).whenComplete((done, mistake) -> {
            if (mistake != null) {
                LOG.errorf(mistake, "%s: something unforeseen in %s", this, move);
            }
        });
    }

    private Runnable ifTurn(long mine, Runnable action) {
        return () -> {
            if (mine == turn) {
                action.run();
            }
        };
    }

    private void schedule(long millis, Runnable action) {
        Runnable unlessStopped = () -> {
            if (!stopped) {
                action.run();
            }
        };
        context.loop().eventLoop().schedule(unlessStopped, millis, TimeUnit.MILLISECONDS);
    }

    private static String randomWord() {
        return Long.toHexString(ThreadLocalRandom.current().nextLong());
    }

    @Override
    public String toString() {
        return "cluster=" + cluster + " epoch=" + meta.epoch() + " migration of " + tag.rangeList() + " from " + source
                + " to " + destination;
    }
}
