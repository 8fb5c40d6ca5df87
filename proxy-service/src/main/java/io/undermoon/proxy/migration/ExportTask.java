package io.undermoon.proxy.migration;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.MigrationConfig;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.backend.Barrier;
import io.undermoon.proxy.migration.MigrationSettings.ReplicaAck;
import io.undermoon.proxy.migration.SourceMove.Phase;
import io.undermoon.proxy.migration.SourceMove.Step;
import io.undermoon.proxy.migration.copy.CopyAttempt;
import io.undermoon.proxy.migration.copy.CopyAttempt.ReplicaAnswer;
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
import java.util.Optional;
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
final class ExportTask implements SourceMove.Effects, CopyAttempt.Listener, WriterThrottle.Listener {
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

    /** After so many attempts to switch, copying begins anew, after a pause. */
    private static final int MAX_HOLDS = 10;

    /** A minute. */
    private static final int MAX_FULL_PERIODS = 600;

    /** How long clients have to end their watches before the first attempt to switch; halved for each further one. */
    private static final long FIRST_WATCHES_MILLIS = 500;

    /** Attempts to switch for which {@link ReplicaAck#ATTEMPTED} requires an acknowledgement. */
    private static final int REPLICA_ATTEMPTS = 3;

    /** How long a replica of the destination may take to acknowledge before commands are held. */
    private static final long REPLICA_MILLIS = 100;

    private static final String NO_ACKNOWLEDGEMENT = "no replica of the destination acknowledges in time";

    private final MigrationContext context;
    private final ClusterName cluster;
    private final TaggedSlots tag;
    private final MigrationMeta meta;
    private final MigrationConfig config;
    private final Endpoint source;
    private final Endpoint destination;
    private final SourceMessages messages;
    private final CopyCounters counters = new CopyCounters();
    private final AbortRequests aborts;
    private final long maxHoldMillis;
    private final HoldTimer hold;
    private final WriterThrottle throttle;

    private volatile SourceMove move;
    private volatile String waitReason = "";
    private @Nullable CopyAttempt attempt;

    /** The number of the action in progress. */
    private long currentAction;

    /** Attempts to switch with the present copy. */
    private int holds;

    /** Periods in which writers were slowed down as much as they may be, for the present copy. */
    private int fullPeriods;

    /** How often no replica of the destination has acknowledged the present copy. */
    private int unacknowledged;

    /** Whether clients have to wait before they begin to watch keys. */
    private boolean settling;

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
        this.messages = new SourceMessages(context, task(), meta.dstProxyAddress());
        this.aborts = new AbortRequests(context.loop().eventLoop());
        this.maxHoldMillis = context.maxHoldMillis(config);
        this.hold = new HoldTimer(context.loop().eventLoop(), maxHoldMillis, this::heldTooLong);
        this.throttle = new WriterThrottle(context.loop().eventLoop(), this);
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
        throttle.stop();
        endSettling();
        endAttempt();
        hold.cancel();
        aborts.answer("TASK_NOT_FOUND the migration is no longer known");
    }

    /** The endpoints to which connections are to be kept. */
    List<Endpoint> endpoints() {
        return List.of(source, destination, messages.destination());
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
        String waiting = waitReason;
        return counters.progress(tag, state, waiting.isEmpty() ? now.error() : waiting);
    }

    /** Aborts the migration, unless it is switched. Completes with {@code OK} or an error. */
    CompletionStage<String> abort() {
        CompletionStage<String> answer = aborts.add();
        if (move.isInterruptible()) {
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
        if (next.phase() != Phase.COPYING) {
            throttle.stop();
        }
        endSettling();
        if (!before.phase().shown().equals(next.phase().shown())) {
            String reason = next.error().isEmpty() ? "" : " reason=" + next.error();
            LOG.infof("Slot migration %s: %s%s", next.phase().shown(), this, reason);
        } else if (!next.error().isEmpty() && !next.error().equals(before.error())) {
            LOG.warnf("Slot migration is retried: %s reason=%s", this, next.error());
        }
        if (next.phase() == Phase.SWITCHED && before.phase() != Phase.SWITCHED) {
            messages.tellOthers();
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

    @Override
    public void holdWriters() {
        routeWriters(SlotOwnership.SLOWED);
        CopyAttempt present = attempt;
        if (present == null) {
            return;
        }
        if (waitReason.isEmpty()) {
            LOG.infof("Writers of moving slots are slowed down until the copy catches up: %s", this);
        }
        waitReason = "copying what has changed takes about " + present.missingMillis()
                + " ms; writers of the slots are held for " + throttle.percent() + "% of the time";
    }

    @Override
    public void releaseWriters(long heldNanos) {
        counters.writersHeld(heldNanos);
        routeWriters(settling ? SlotOwnership.SETTLING : SlotOwnership.LOCAL);
    }

    private void routeWriters(SlotOwnership shown) {
        if (move.ownership() == SlotOwnership.LOCAL && !context.topology().setOwnership(tag, shown)) {
            stop();
        }
    }

    /** Commands may be held for longer then; after a minute the slots get a rest before the next attempt. */
    @Override
    public void slowedFully() {
        CopyAttempt present = attempt;
        if (present == null) {
            return;
        }
        fullPeriods++;
        if (fullPeriods > MAX_FULL_PERIODS) {
            apply(move.failed("keys change faster than they can be copied although writers of the slots are held for "
                    + WriterThrottle.MAX_PERCENT + "% of the time"));
        } else {
            present.allow(allowedMillis());
        }
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

    @Override
    public void readSource() {
        endAttempt();
        CompletionStage<Optional<MigrationRecord>> atSource = context.records()
                .read(source, MigrationRecords.EXPORTS, tag.rangeList())
                .thenApply(Optional::ofNullable);
        answer(atSource, found -> move.foundAtSource(found.orElse(null), randomText()));
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
        messages.tellDestination(Handshake.Step.PRECHECK).whenComplete((reply, problem) -> {
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
        messages.tellDestination(Handshake.Step.FINALSWITCH).whenComplete((reply, problem) -> {
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

    @Override
    public void prepare() {
        endAttempt();
        MigrationRecord claim = requireNonNull(move.destinationRecord(), "nothing was claimed");
        CopyAttempt started = new CopyAttempt(
                context.copyContext(), source, destination, tag.rangeList(), claim, config, counters, this);
        attempt = started;
        holds = 0;
        fullPeriods = 0;
        unacknowledged = 0;
        answer(started.prepare().thenApply(prepared -> true), prepared -> move.prepared());
    }

    @Override
    public void copy() {
        CopyAttempt present = attempt;
        if (present == null) {
            apply(move.failed("the attempt has ended"));
            return;
        }
        throttle.start(present);
        if (holds == 0) {
            present.copy(allowedMillis());
        } else {
            schedule(pauseMillis(holds), ifCurrent(currentAction, () -> present.copy(allowedMillis())));
        }
    }

    /**
     * How long copying what is missing may take when commands are held; more after each attempt to switch, and while
     * writers are slowed down as much as they may be.
     */
    private long allowedMillis() {
        return Math.min(maxHoldMillis / 4, FIRST_DRAIN_MILLIS << Math.min(holds + fullPeriods, 16));
    }

    /**
     * Commands are not held before a replica of the destination, where one is required, keeps up with the copy, and
     * clients have ended their watches, if they do soon.
     */
    @Override
    public void converged() {
        CopyAttempt present = attempt;
        if (move.phase() != Phase.COPYING || present == null) {
            return;
        }
        long action = currentAction;
        present.askReplica(REPLICA_MILLIS).whenComplete((answer, problem) -> {
            if (action != currentAction) {
                return;
            }
            if (problem == null && isEnough(answer)) {
                settle();
            } else {
                waitReason = problem == null ? reason(answer) : NodeException.reason(problem);
                schedule(REPLICA_MILLIS, ifCurrent(action, () -> present.copy(allowedMillis())));
            }
        });
    }

    /**
     * The switch ends the watches of clients, whose transactions are not executed then as if a key had changed. So that
     * few see it, those who watch keys have time for their transactions before commands are held, and no others begin.
     */
    private void settle() {
        settling = true;
        if (!context.topology().setOwnership(tag, SlotOwnership.SETTLING)) {
            stop();
            return;
        }
        waitReason = "clients watch keys of the slots";
        long action = currentAction;
        Runnable proceed = ifCurrent(action, () -> apply(move.converged()));
        schedule(FIRST_WATCHES_MILLIS >> Math.min(holds, 16), proceed);
        Barrier.awaitNoWatches(
                        context.clientConnections(), source, tag.rangeList()::contains, () -> action == currentAction)
                .whenComplete((ended, problem) -> context.loop().execute(proceed));
    }

    private void endSettling() {
        if (settling) {
            settling = false;
            if (move.ownership() == SlotOwnership.LOCAL) {
                context.topology().setOwnership(tag, SlotOwnership.LOCAL);
            }
        }
    }

    private boolean isEnough(ReplicaAnswer answer) {
        ReplicaAck required = context.settings().replicaAck();
        return switch (answer) {
            case ACKNOWLEDGED -> true;
            case NO_REPLICA -> required != ReplicaAck.ALWAYS;
            case MISSING -> required == ReplicaAck.ATTEMPTED && ++unacknowledged > REPLICA_ATTEMPTS;
        };
    }

    private static String reason(ReplicaAnswer answer) {
        return answer == ReplicaAnswer.NO_REPLICA ? "the destination has no replica" : NO_ACKNOWLEDGEMENT;
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
        long budgetMillis =
                Math.min(maxHoldMillis, Math.max(FIRST_HOLD_MILLIS << Math.min(holds, 16), 4 * allowedMillis()));
        holds++;
        schedule(
                budgetMillis,
                ifCurrent(action, () -> apply(notSwitched("commands were held for " + budgetMillis + " ms"))));
        Runnable finish = ifCurrent(
                action,
                () -> answer(present.finish(randomText(), Math.max(1, budgetMillis / 2)), answer -> {
                    context.loop().beginBurst();
                    if (!context.loop().holdsLease()) {
                        return notSwitched("this proxy has no lease");
                    }
                    return isEnough(answer) ? move.drained() : notSwitched(reason(answer));
                }));
        Barrier.await(context.clientConnections(), source, tag.rangeList()::contains, () -> action == currentAction)
                .whenComplete((quiet, problem) -> context.loop().execute(finish));
    }

    private Step notSwitched(String reason) {
        String shown = reason + " in attempt " + holds + " of " + MAX_HOLDS + " to switch";
        return holds < MAX_HOLDS ? move.heldTooLong(shown) : move.failed(shown);
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
