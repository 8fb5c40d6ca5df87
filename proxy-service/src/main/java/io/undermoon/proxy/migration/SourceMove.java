package io.undermoon.proxy.migration;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.Epoch;
import io.undermoon.proxy.migration.record.AttemptId;
import io.undermoon.proxy.migration.record.MigrationRecord;
import io.undermoon.proxy.migration.record.MigrationRecord.Status;
import io.undermoon.proxy.topology.SlotOwnership;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of the source side of one migration: a pure function from state and event to the next state and one
 * action. Immutable.
 *
 * <pre>
 * CHECKING ─► READING ─► CLAIMING_DESTINATION ─► CLAIMING_SOURCE ─► PREPARING ─► COPYING ◄─► HOLDING ─►
 *     SWITCHING ─► GIVING ─► NOTIFYING ─► SWITCHED
 * </pre>
 *
 * The slots have one owner at any time because of these rules:
 *
 * <ul>
 *   <li>The destination owns the slots if and only if its record says {@code owned} for the attempt that the source's
 *       record names, or for a later one. If the source has no record, the destination's record decides.
 *   <li>Only the source changes records, each by compare-and-set. Before it serves slots of which it was not
 *       {@code certain}, it writes a new attempt id to the destination's record: a delayed write of an earlier attempt
 *       then finds another record than it expects and has no effect.
 *   <li>A source that is {@code certain} needs the destination neither to serve nor to abort: it has no {@code owned}
 *       on the way, and it writes none after its own record says {@code aborted}.
 *   <li>From the moment at which {@code owned} is sent the source is not certain, and holds commands for the slots
 *       until it has read or replaced the record. While it can do neither it refuses them; it never guesses.
 * </ul>
 *
 * @param epoch of the task, which identifies this definition of the migration
 * @param phase what is in progress
 * @param ownership where this proxy routes commands for the slots
 * @param certain whether the source certainly owns the slots, so that it may serve them
 * @param checked whether the destination proxy has confirmed that it knows the migration
 * @param abortRequested whether the migration is to end before the switch
 * @param sourceRecord the record at the source node, as last read or written
 * @param destinationRecord the record at the destination node, as last read or written
 * @param failures the number of attempts that have failed in a row
 * @param error the reason of the last failure; empty if there was none
 */
record SourceMove(
        Epoch epoch,
        Phase phase,
        SlotOwnership ownership,
        boolean certain,
        boolean checked,
        boolean abortRequested,
        @Nullable MigrationRecord sourceRecord,
        @Nullable MigrationRecord destinationRecord,
        int failures,
        String error) {

    private static final String LATER_MIGRATION = "a later migration of these slots is on record";

    enum Phase {
        CHECKING("checking"),
        READING("checking"),
        CLAIMING_DESTINATION("checking"),
        CLAIMING_SOURCE("checking"),
        PREPARING("preparing"),
        COPYING("copying"),
        HOLDING("holding"),
        SWITCHING("switching"),
        GIVING("switching"),
        NOTIFYING("switching"),
        SWITCHED("switched"),
        ABORTING("checking"),
        ABORTED("aborted"),
        PAUSED("checking");

        private final String shown;

        Phase(String shown) {
            this.shown = shown;
        }

        /** The name of the state in {@code UMCTL MIGRATIONS}. */
        String shown() {
            return shown;
        }
    }

    /** The next state and the one action to perform in it. */
    record Step(SourceMove next, Action action) {}

    /** One call of the {@link Effects}. */
    @FunctionalInterface
    interface Action {
        void perform(Effects effects);
    }

    /**
     * Performs actions. Each answers by the event of {@link SourceMove} that it names; a failure is answered by
     * {@link #failed}.
     */
    interface Effects {
        /** Reads the records of both sides, for {@link #found}. */
        void readRecords();

        /** Reads the source's record, for {@link #foundAtSource}. */
        void readSource();

        /** Replaces the source's record if it is the expected one, for {@link #written} or {@link #conflict}. */
        void writeSource(@Nullable MigrationRecord expected, MigrationRecord next);

        /** Replaces the destination's record if it is the expected one, for {@link #written} or {@link #conflict}. */
        void writeDestination(@Nullable MigrationRecord expected, MigrationRecord next);

        /** Asks the destination proxy whether it knows the migration, for {@link #prechecked}. */
        void precheck();

        /**
         * Follows the source's replication stream and begins to delete the slots' keys at the destination, for
         * {@link #prepared}.
         */
        void prepare();

        /** Copies, or resumes copying, until little is missing, for {@link #converged}. */
        void copy();

        /**
         * Waits for commands in flight and copies the rest within the time limit, for {@link #drained} or
         * {@link #heldTooLong}.
         */
        void hold();

        /** Tells the destination proxy that it owns the slots, for {@link #accepted}. */
        void notifyDestination();

        /** Stops copying and waits, longer after more failures, for {@link #pauseEnded}. */
        void pause(int failures);

        /** Stops copying; no event follows. */
        void rest();
    }

    /**
     * The state before the first step.
     *
     * @param ownership {@code LOCAL} if this process has served the slots until now; otherwise {@code HELD}
     */
    static SourceMove of(Epoch epoch, SlotOwnership ownership) {
        boolean certain = ownership == SlotOwnership.LOCAL;
        Phase phase = certain ? Phase.CHECKING : Phase.READING;
        return new SourceMove(epoch, phase, ownership, certain, false, false, null, null, 0, "");
    }

    Step begin() {
        return step(certain ? Effects::precheck : Effects::readRecords);
    }

    /** The destination proxy knows the migration. */
    Step prechecked() {
        require(Phase.CHECKING);
        return withChecked(true).read();
    }

    /**
     * The records of both sides were read.
     *
     * @param random the random part of a new attempt id
     */
    Step found(@Nullable MigrationRecord atSource, @Nullable MigrationRecord atDestination, String random) {
        SourceMove read = withRecords(atSource, atDestination);
        if (phase == Phase.SWITCHED) {
            return read.recordGiven();
        }
        require(Phase.READING);
        if (isLater(atSource) || isLater(atDestination)) {
            return read.failed(LATER_MIGRATION);
        }
        if (!certain && isSwitched(atSource, atDestination)) {
            return read.resumeSwitch();
        }
        if (isAborted(atSource)) {
            return read.certainly().to(Phase.ABORTED).step(Effects::rest);
        }
        MigrationRecord claim = new MigrationRecord(read.newAttempt(random), Status.COPYING);
        return read.to(Phase.CLAIMING_DESTINATION).writeDestination(claim);
    }

    /**
     * The record of the source, which is certain to own the slots, was read.
     *
     * @param random the random part of a new attempt id
     */
    Step foundAtSource(@Nullable MigrationRecord atSource, String random) {
        require(Phase.ABORTING);
        SourceMove read = withRecords(atSource, destinationRecord);
        if (isLater(atSource)) {
            return read.failed(LATER_MIGRATION);
        }
        if (isAborted(atSource)) {
            return read.to(Phase.ABORTED).step(Effects::rest);
        }
        return read.writeSource(new MigrationRecord(read.newAttempt(random), Status.ABORTED));
    }

    /** The record was replaced by {@code written}. */
    Step written(MigrationRecord written) {
        return switch (phase) {
            case CLAIMING_DESTINATION ->
                withDestinationRecord(written).to(Phase.CLAIMING_SOURCE).writeSource(written);
            case CLAIMING_SOURCE -> withSourceRecord(written).certainly().claimed();
            case SWITCHING -> withDestinationRecord(written).give();
            case GIVING -> withSourceRecord(written).to(Phase.NOTIFYING).step(Effects::notifyDestination);
            case SWITCHED -> withSourceRecord(written).step(Effects::rest);
            case ABORTING -> withSourceRecord(written).to(Phase.ABORTED).step(Effects::rest);
            default -> throw new IllegalStateException("nothing is written while " + phase);
        };
    }

    /** The record was not replaced, because it is not the expected one. */
    Step conflict() {
        return switch (phase) {
            case SWITCHED -> step(Effects::readRecords);
            case ABORTING -> step(Effects::readSource);
            default -> read();
        };
    }

    /** The destination is ready for the copy, and the changes at the source are followed. */
    Step prepared() {
        require(Phase.PREPARING);
        return to(Phase.COPYING).step(Effects::copy);
    }

    /** Little is missing at the destination. */
    Step converged() {
        require(Phase.COPYING);
        return with(Phase.HOLDING, SlotOwnership.HELD, certain, 0, "").step(Effects::hold);
    }

    /** Nothing is missing at the destination, and no command is in flight. */
    Step drained() {
        require(Phase.HOLDING);
        MigrationRecord claim = requireNonNull(destinationRecord, "nothing was claimed");
        return with(Phase.SWITCHING, SlotOwnership.HELD, false, failures, error)
                .writeDestination(claim.with(Status.OWNED));
    }

    /** The rest was not copied within the time for which commands may be held. */
    Step heldTooLong(String reason) {
        require(Phase.HOLDING);
        return with(Phase.COPYING, SlotOwnership.LOCAL, true, failures, reason).step(Effects::copy);
    }

    /** The destination proxy serves the slots. */
    Step accepted() {
        require(Phase.NOTIFYING);
        return with(Phase.SWITCHED, SlotOwnership.REMOTE, false, 0, "").recordGiven();
    }

    /** The action failed, or its outcome is unknown. */
    Step failed(String reason) {
        int count = failures + 1;
        Action pause = effects -> effects.pause(count);
        return switch (phase) {
            case CHECKING, READING, CLAIMING_DESTINATION, CLAIMING_SOURCE, PREPARING, ABORTING, PAUSED ->
                withChecked(false)
                        .with(Phase.PAUSED, ownership, certain, count, reason)
                        .step(pause);
            case COPYING, HOLDING ->
                withChecked(false)
                        .with(Phase.PAUSED, SlotOwnership.LOCAL, true, count, reason)
                        .step(pause);
            case SWITCHING ->
                withChecked(false)
                        .with(Phase.PAUSED, SlotOwnership.HELD, false, count, reason)
                        .step(pause);
            // The destination owns the slots whatever the source's record says; that record is written again later.
            case GIVING ->
                with(Phase.NOTIFYING, ownership, false, count, reason).step(Effects::notifyDestination);
            case NOTIFYING, SWITCHED ->
                with(phase, ownership, false, count, reason).step(pause);
            case ABORTED -> step(Effects::rest);
        };
    }

    /** The pause is over. */
    Step pauseEnded() {
        if (phase == Phase.NOTIFYING) {
            return step(Effects::notifyDestination);
        }
        if (phase == Phase.SWITCHED) {
            return step(Effects::readRecords);
        }
        require(Phase.PAUSED);
        if (!certain) {
            return read();
        }
        return abortRequested ? markAborted() : to(Phase.CHECKING).step(Effects::precheck);
    }

    /**
     * Commands have been held for the longest time allowed, while the owner is still unknown or the destination not yet
     * told.
     */
    SourceMove overdue() {
        if (ownership != SlotOwnership.HELD) {
            return this;
        }
        return switch (phase) {
            case HOLDING -> this;
            // The destination owns the slots, so clients may be sent there.
            case GIVING, NOTIFYING -> with(phase, SlotOwnership.REMOTE, certain, failures, error);
            default -> with(phase, SlotOwnership.REFUSED, certain, failures, error);
        };
    }

    /** Whether {@link #abort} takes effect at once; otherwise it is not known yet whether the slots are switched. */
    boolean isInterruptible() {
        return certain && phase != Phase.ABORTING && phase != Phase.ABORTED;
    }

    /** Ends the migration; to be called while it {@link #isInterruptible}. The destination is not needed for it. */
    Step abort() {
        return requestAbort()
                .with(phase, SlotOwnership.LOCAL, true, failures, error)
                .markAborted();
    }

    /** Notes that the migration is to end as soon as the source is certain to own the slots. */
    SourceMove requestAbort() {
        return new SourceMove(
                epoch, phase, ownership, certain, checked, true, sourceRecord, destinationRecord, failures, error);
    }

    /** Whether the destination owns the slots for good. */
    boolean isSwitched() {
        return phase == Phase.GIVING || phase == Phase.NOTIFYING || phase == Phase.SWITCHED;
    }

    private Step claimed() {
        if (abortRequested) {
            return markAborted();
        }
        return checked
                ? to(Phase.PREPARING).step(Effects::prepare)
                : to(Phase.CHECKING).step(Effects::precheck);
    }

    /** Resumes a switch that an earlier process, or this one before a failure, has begun. */
    private Step resumeSwitch() {
        MigrationRecord given = sourceRecord != null && sourceRecord.is(Status.GIVEN) ? sourceRecord : null;
        if (given != null && (destinationRecord == null || !destinationRecord.is(Status.OWNED))) {
            // The destination's node has lost the record in a failover, but it owns the slots.
            return to(Phase.SWITCHING).writeDestination(given.with(Status.OWNED));
        }
        return give();
    }

    private Step give() {
        MigrationRecord owned = requireNonNull(destinationRecord);
        if (sourceRecord != null && sourceRecord.is(Status.GIVEN)) {
            return to(Phase.NOTIFYING).step(Effects::notifyDestination);
        }
        return to(Phase.GIVING).writeSource(owned.with(Status.GIVEN));
    }

    private Step recordGiven() {
        MigrationRecord last = destinationRecord == null ? sourceRecord : destinationRecord;
        boolean isDone = sourceRecord != null && sourceRecord.is(Status.GIVEN);
        return isDone || last == null ? step(Effects::rest) : writeSource(last.with(Status.GIVEN));
    }

    /** Whether the records say that the destination owns the slots. */
    private static boolean isSwitched(@Nullable MigrationRecord atSource, @Nullable MigrationRecord atDestination) {
        if (atSource != null && atSource.is(Status.GIVEN)) {
            return true;
        }
        return atDestination != null
                && atDestination.is(Status.OWNED)
                && (atSource == null || atSource.attempt().compareTo(atDestination.attempt()) <= 0);
    }

    private boolean isAborted(@Nullable MigrationRecord atSource) {
        return atSource != null
                && atSource.is(Status.ABORTED)
                && atSource.attempt().epoch().equals(epoch);
    }

    private boolean isLater(@Nullable MigrationRecord record) {
        return record != null && record.attempt().epoch().isAfter(epoch);
    }

    private AttemptId newAttempt(String random) {
        return new AttemptId(epoch, Math.max(number(sourceRecord), number(destinationRecord)) + 1, random);
    }

    private static long number(@Nullable MigrationRecord record) {
        return record == null ? 0 : record.attempt().number();
    }

    private Step read() {
        return to(Phase.READING).step(Effects::readRecords);
    }

    private Step markAborted() {
        return to(Phase.ABORTING).step(Effects::readSource);
    }

    private Step writeSource(MigrationRecord next) {
        MigrationRecord expected = sourceRecord;
        return step(effects -> effects.writeSource(expected, next));
    }

    private Step writeDestination(MigrationRecord next) {
        MigrationRecord expected = destinationRecord;
        return step(effects -> effects.writeDestination(expected, next));
    }

    private SourceMove certainly() {
        return with(phase, SlotOwnership.LOCAL, true, failures, error);
    }

    private SourceMove to(Phase next) {
        return with(next, ownership, certain, failures, error);
    }

    private SourceMove withChecked(boolean now) {
        return new SourceMove(
                epoch,
                phase,
                ownership,
                certain,
                now,
                abortRequested,
                sourceRecord,
                destinationRecord,
                failures,
                error);
    }

    private SourceMove withSourceRecord(MigrationRecord record) {
        return withRecords(record, destinationRecord);
    }

    private SourceMove withDestinationRecord(MigrationRecord record) {
        return withRecords(sourceRecord, record);
    }

    private SourceMove withRecords(@Nullable MigrationRecord atSource, @Nullable MigrationRecord atDestination) {
        return new SourceMove(
                epoch, phase, ownership, certain, checked, abortRequested, atSource, atDestination, failures, error);
    }

    private SourceMove with(
            Phase nextPhase, SlotOwnership nextOwnership, boolean nextCertain, int nextFailures, String nextError) {
        return new SourceMove(
                epoch,
                nextPhase,
                nextOwnership,
                nextCertain,
                checked,
                abortRequested,
                sourceRecord,
                destinationRecord,
                nextFailures,
                nextError);
    }

    private Step step(Action action) {
        return new Step(this, action);
    }

    private void require(Phase wanted) {
        if (phase != wanted) {
            throw new IllegalStateException("expected " + wanted + ", not " + phase);
        }
    }
}
