package io.undermoon.proxy.migration;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.Epoch;
import io.undermoon.proxy.migration.record.MigrationRecord;
import io.undermoon.proxy.migration.record.MigrationRecord.Status;
import io.undermoon.proxy.migration.record.AttemptId;
import io.undermoon.proxy.topology.SlotOwnership;
import org.jspecify.annotations.Nullable;

/**
 * The source side of one migration: a pure function from what happened to what is to be done, without I/O. Immutable.
 *
 * <pre>
 * CHECKING ─► LOOKING ─► CLAIMING_THERE ─► CLAIMING_HERE ─► PREPARING ─► COPYING ◄─► HOLDING ─► SWITCHING ─► GIVING ─► OFFERING ─► SWITCHED
 * </pre>
 *
 * What keeps the slots with one owner:
 *
 * <ul>
 *   <li>The destination has the slots if and only if its record says {@code owned} for the attempt that the source's record names,
 *       or a later one. A source without record has to take the destination's word.
 *   <li>Only the source changes records, each by compare-and-set. Before it serves slots of which it cannot be {@code
 *       certain}, it puts a new attempt into the destination's record: a write of an earlier attempt, delayed on whatever
 *       connection, then finds another record than it expects and has no effect.
 *   <li>From the moment at which {@code owned} is sent the source is not certain, and holds the slots, until it has read or
 *       replaced the record. While it can do neither it refuses; it never guesses.
 * </ul>
 *
 * @param epoch of the task: which definition of the migration this is
 * @param phase what is under way
 * @param ownership who has the slots for clients of this proxy
 * @param certain whether the slots are the source's beyond doubt, so that they may be served
 * @param checked whether the destination proxy has said that it knows of the migration
 * @param abortAsked whether the migration is to end before the switch
 * @param here the record at the source, as last seen or written
 * @param there the record at the destination, as last seen or written
 * @param failures how many attempts have failed one after the other
 * @param error why the last one did; empty when it did not
 */
record SourceMove(
        Epoch epoch,
        Phase phase,
        SlotOwnership ownership,
        boolean certain,
        boolean checked,
        boolean abortAsked,
        @Nullable MigrationRecord here,
        @Nullable MigrationRecord there,
        int failures,
        String error) {

    enum Phase {
        CHECKING("checking"),
        LOOKING("checking"),
        CLAIMING_THERE("checking"),
        CLAIMING_HERE("checking"),
        PREPARING("preparing"),
        COPYING("copying"),
        HOLDING("holding"),
        SWITCHING("switching"),
        GIVING("switching"),
        OFFERING("switching"),
        SWITCHED("switched"),
        ABORTING("checking"),
        ABORTED("aborted"),
        PAUSED("checking");

        private final String shown;

        Phase(String shown) {
            this.shown = shown;
        }

        /** As {@code UMCTL MIGRATIONS} has it. */
        String shown() {
            return shown;
        }
    }

    /** The next state, and the one thing to do in it. */
    record Step(SourceMove next, Action action) {}

    /**
     * A migration that is about to begin.
     *
     * @param ownership {@code HERE} if this process has served the slots until now; otherwise {@code HELD}
     */
    static SourceMove of(Epoch epoch, SlotOwnership ownership) {
        boolean certain = ownership == SlotOwnership.LOCAL;
        Phase phase = certain ? Phase.CHECKING : Phase.LOOKING;
        return new SourceMove(epoch, phase, ownership, certain, false, false, null, null, 0, "");
    }

    Step begin() {
        return certain ? step(new Action.Precheck()) : step(new Action.Look());
    }

    /** The destination proxy knows of the migration. */
    Step prechecked() {
        require(Phase.CHECKING);
        return new SourceMove(epoch, Phase.LOOKING, ownership, certain, true, abortAsked, here, there, failures, error)
                .step(new Action.Look());
    }

    /**
     * The records of both sides were read.
     *
     * @param random for the attempt of an attempt
     */
    Step found(@Nullable MigrationRecord foundHere, @Nullable MigrationRecord foundThere, String random) {
        SourceMove seen = new SourceMove(
                epoch, phase, ownership, certain, checked, abortAsked, foundHere, foundThere, failures, error);
        if (phase == Phase.SWITCHED) {
            return seen.recordGiven();
        }
        require(Phase.LOOKING);
        if (isLater(foundHere) || isLater(foundThere)) {
            return seen.failed("a later migration of these slots is on record");
        }
        if (!certain && isGone(foundHere, foundThere)) {
            return seen.handOver();
        }
        boolean aborted = foundHere != null
                && foundHere.is(Status.ABORTED)
                && foundHere.attempt().epoch().equals(epoch);
        if (aborted) {
            return seen.certainly().to(Phase.ABORTED).step(new Action.Rest());
        }
        if (certain && abortAsked) {
            MigrationRecord mark = new MigrationRecord(seen.newAttempt(random), Status.ABORTED);
            return seen.to(Phase.ABORTING).step(new Action.WriteHere(foundHere, mark));
        }
        MigrationRecord claim = new MigrationRecord(seen.newAttempt(random), Status.COPYING);
        return seen.to(Phase.CLAIMING_THERE).step(new Action.WriteThere(foundThere, claim));
    }

    /**
     * The record was replaced.
     *
     * @param written what is on record now
     */
    Step written(MigrationRecord written) {
        return switch (phase) {
            case CLAIMING_THERE -> withThere(written).to(Phase.CLAIMING_HERE).step(new Action.WriteHere(here, written));
            case CLAIMING_HERE -> withHere(written).certainly().claimed();
            case SWITCHING -> withThere(written).give();
            case GIVING -> withHere(written).to(Phase.OFFERING).step(new Action.Offer());
            case SWITCHED -> withHere(written).step(new Action.Rest());
            case ABORTING -> withHere(written).to(Phase.ABORTED).step(new Action.Rest());
            default -> throw new IllegalStateException("nothing is written while " + phase);
        };
    }

    /** Another record was found than the expected one: it was not replaced. */
    Step overtaken() {
        if (phase == Phase.SWITCHED) {
            return step(new Action.Look());
        }
        return to(Phase.LOOKING).step(new Action.Look());
    }

    /** The destination is ready to get the copy, and the changes at the source are followed. */
    Step prepared() {
        require(Phase.PREPARING);
        return to(Phase.COPYING).step(new Action.Copy());
    }

    /** Little is missing at the destination. */
    Step converged() {
        require(Phase.COPYING);
        return with(Phase.HOLDING, SlotOwnership.HELD, certain, 0, "").step(new Action.Hold());
    }

    /** Nothing is missing at the destination, and no command is in flight. */
    Step drained() {
        require(Phase.HOLDING);
        MigrationRecord copy = requireNonNull(there, "nothing was claimed");
        return with(Phase.SWITCHING, SlotOwnership.HELD, false, failures, error)
                .step(new Action.WriteThere(copy, copy.with(Status.OWNED)));
    }

    /** Not all was done in the time that commands may be held. */
    Step heldTooLong(String reason) {
        require(Phase.HOLDING);
        return with(Phase.COPYING, SlotOwnership.LOCAL, true, failures, reason).step(new Action.Copy());
    }

    /** The destination proxy serves the slots. */
    Step taken() {
        require(Phase.OFFERING);
        return with(Phase.SWITCHED, SlotOwnership.REMOTE, false, 0, "").recordGiven();
    }

    /** What was under way came to nothing, or nobody knows what came of it. */
    Step failed(String reason) {
        Action pause = new Action.Pause(failures + 1);
        return switch (phase) {
            case CHECKING, LOOKING, CLAIMING_THERE, CLAIMING_HERE, PREPARING, ABORTING, PAUSED ->
                unchecked()
                        .with(Phase.PAUSED, ownership, certain, failures + 1, reason)
                        .step(pause);
            case COPYING, HOLDING ->
                unchecked()
                        .with(Phase.PAUSED, SlotOwnership.LOCAL, true, failures + 1, reason)
                        .step(pause);
            case SWITCHING ->
                unchecked()
                        .with(Phase.PAUSED, SlotOwnership.HELD, false, failures + 1, reason)
                        .step(pause);
            // The destination has the slots, whatever becomes of the source's own record; that is made good later.
            case GIVING ->
                with(Phase.OFFERING, ownership, false, failures + 1, reason).step(new Action.Offer());
            case OFFERING, SWITCHED ->
                with(phase, ownership, false, failures + 1, reason).step(pause);
            case ABORTED -> step(new Action.Rest());
        };
    }

    /** The pause is over. */
    Step due() {
        if (phase == Phase.OFFERING) {
            return step(new Action.Offer());
        }
        if (phase == Phase.SWITCHED) {
            return step(new Action.Look());
        }
        require(Phase.PAUSED);
        return certain && !abortAsked
                ? to(Phase.CHECKING).step(new Action.Precheck())
                : to(Phase.LOOKING).step(new Action.Look());
    }

    /** Commands have been held for long, and who has the slots is still not known, or not yet agreed upon. */
    SourceMove overdue() {
        if (ownership != SlotOwnership.HELD) {
            return this;
        }
        return switch (phase) {
            case HOLDING -> this;
            // It is known who has them; clients may as well ask there.
            case GIVING, OFFERING -> with(phase, SlotOwnership.REMOTE, certain, failures, error);
            default -> with(phase, SlotOwnership.REFUSED, certain, failures, error);
        };
    }

    /** Whether {@link #abort} begins something now; otherwise what is under way goes on and takes notice of it. */
    boolean isInterruptible() {
        return switch (phase) {
            case CHECKING, PREPARING, COPYING, HOLDING -> true;
            case PAUSED -> certain;
            default -> false;
        };
    }

    /** The migration is to end, unless it is switched already. */
    Step abort() {
        SourceMove asked = asked();
        return certain && isInterruptible()
                ? asked.with(Phase.LOOKING, SlotOwnership.LOCAL, true, failures, error).step(new Action.Look())
                : asked.step(new Action.Rest());
    }

    /** Notes that the migration is to end. */
    SourceMove asked() {
        return new SourceMove(epoch, phase, ownership, certain, checked, true, here, there, failures, error);
    }

    /** Whether the slots are the destination's for good. */
    boolean isSwitched() {
        return phase == Phase.GIVING || phase == Phase.OFFERING || phase == Phase.SWITCHED;
    }

    private Step claimed() {
        if (abortAsked) {
            return to(Phase.LOOKING).step(new Action.Look());
        }
        return checked
                ? to(Phase.PREPARING).step(new Action.Prepare())
                : to(Phase.CHECKING).step(new Action.Precheck());
    }

    /** Goes on where a predecessor, or this process before it lost track, had got with the handover. */
    private Step handOver() {
        MigrationRecord given = here != null && here.is(Status.GIVEN) ? here : null;
        if (given != null && (there == null || !there.is(Status.OWNED))) {
            // The destination's node has lost the word, not the slots.
            return to(Phase.SWITCHING).step(new Action.WriteThere(there, given.with(Status.OWNED)));
        }
        return give();
    }

    private Step give() {
        MigrationRecord owned = requireNonNull(there);
        if (here != null && here.is(Status.GIVEN)) {
            return to(Phase.OFFERING).step(new Action.Offer());
        }
        return to(Phase.GIVING).step(new Action.WriteHere(here, owned.with(Status.GIVEN)));
    }

    private Step recordGiven() {
        if (here != null && here.is(Status.GIVEN)) {
            return step(new Action.Rest());
        }
        MigrationRecord given = there == null ? here : there;
        return given == null ? step(new Action.Rest()) : step(new Action.WriteHere(here, given.with(Status.GIVEN)));
    }

    /** Whether the records say that the destination has the slots. */
    private static boolean isGone(@Nullable MigrationRecord here, @Nullable MigrationRecord there) {
        if (here != null && here.is(Status.GIVEN)) {
            return true;
        }
        return there != null
                && there.is(Status.OWNED)
                && (here == null || here.attempt().compareTo(there.attempt()) <= 0);
    }

    private boolean isLater(@Nullable MigrationRecord record) {
        return record != null && record.attempt().epoch().isAfter(epoch);
    }

    private AttemptId newAttempt(String random) {
        long number = Math.max(number(here), number(there)) + 1;
        return new AttemptId(epoch, number, random);
    }

    private static long number(@Nullable MigrationRecord record) {
        return record == null ? 0 : record.attempt().number();
    }

    private SourceMove certainly() {
        return with(phase, SlotOwnership.LOCAL, true, failures, error);
    }

    private SourceMove unchecked() {
        return new SourceMove(epoch, phase, ownership, certain, false, abortAsked, here, there, failures, error);
    }

    private SourceMove to(Phase next) {
        return with(next, ownership, certain, failures, error);
    }

    private SourceMove withHere(MigrationRecord record) {
        return new SourceMove(epoch, phase, ownership, certain, checked, abortAsked, record, there, failures, error);
    }

    private SourceMove withThere(MigrationRecord record) {
        return new SourceMove(epoch, phase, ownership, certain, checked, abortAsked, here, record, failures, error);
    }

    private SourceMove with(Phase next, SlotOwnership nextOwnership, boolean nextCertain, int nextFailures, String nextError) {
        return new SourceMove(
                epoch, next, nextOwnership, nextCertain, checked, abortAsked, here, there, nextFailures, nextError);
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
