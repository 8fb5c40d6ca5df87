package io.undermoon.proxy.migration;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.Epoch;
import io.undermoon.proxy.migration.SourceMove.Phase;
import io.undermoon.proxy.migration.record.AttemptId;
import io.undermoon.proxy.migration.record.MigrationRecord;
import io.undermoon.proxy.migration.record.MigrationRecord.Status;
import io.undermoon.proxy.topology.SlotOwnership;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Drives {@link SourceMove} through migrations in which everything fails: replies are lost, writes take effect much
 * later, the source proxy restarts at any step, nodes fail over and lose their last write, a former source goes on
 * beside its successor, the destination is away, the migration is redefined or aborted. The number of runs is set by
 * {@code -Dundermoon.model.runs}.
 */
class SourceMoveModelTest {
    private static final int RUNS = Integer.getInteger("undermoon.model.runs", 20_000);

    @Test
    void slots_have_one_owner_whatever_fails() {
        int switched = 0;
        int aborted = 0;
        int abortedAlone = 0;
        int lostOwned = 0;
        int twoSources = 0;
        for (int seed = 0; seed < RUNS; seed++) {
            World world = new World(seed);
            Phase end = world.run();
            switched += end == Phase.SWITCHED ? 1 : 0;
            aborted += end == Phase.ABORTED ? 1 : 0;
            abortedAlone += world.abortedAlone ? 1 : 0;
            lostOwned += world.lostOwned ? 1 : 0;
            twoSources += world.hadTwoSources ? 1 : 0;
        }
        assertThat(switched + aborted).isEqualTo(RUNS);
        assertThat(switched).isGreaterThan(RUNS / 4);
        assertThat(aborted).isGreaterThan(RUNS / 100);
        assertThat(abortedAlone).as("aborted without the destination").isGreaterThan(RUNS / 100);
        assertThat(lostOwned)
                .as("the destination failed over before the source had given")
                .isGreaterThan(RUNS / 100);
        assertThat(twoSources).as("with a former source").isGreaterThan(RUNS / 10);
    }

    /** A node's record, and the one before it, which a replica may have instead. */
    private static final class Store {
        private @Nullable MigrationRecord record;
        private @Nullable MigrationRecord before;

        /** The number of writes of clients that the node has executed. */
        private int version;

        /** Whether clients have written to it as the destination. */
        private boolean servedAsOwner;

        /** The node after a failover to a replica that has not got the last record. */
        Store promoted() {
            Store replica = new Store();
            replica.record = before;
            replica.before = before;
            replica.version = version;
            replica.servedAsOwner = servedAsOwner && replica.has(Status.OWNED);
            return replica;
        }

        boolean replace(@Nullable MigrationRecord expected, MigrationRecord written) {
            boolean applied = Objects.equals(record, expected);
            if (applied) {
                before = record;
                record = written;
            }
            return applied;
        }

        boolean has(Status status) {
            return record != null && record.is(status);
        }
    }

    private static final class World {
        private static final int CHAOS_STEPS = 80;
        private static final int CALM_STEPS = 400;

        private final int seed;
        private final SplittableRandom random;
        private final List<String> history = new ArrayList<>();
        private final List<BooleanSupplier> delayed = new ArrayList<>();

        private long epoch = 1;
        private Store destination = new Store();
        private boolean destinationIsAway;
        private Source source;

        /** A source of which the coordinators think that it is dead. */
        private @Nullable Source former;

        private boolean calm;
        private boolean abortAcknowledged;
        private boolean abortedAlone;
        private boolean lostOwned;
        private boolean hadTwoSources;

        /** The source that may write to the destination: all earlier connections were closed. */
        private @Nullable Source writer;

        /** What the writer has copied: the version of its node, or less. */
        private int copied = -1;

        World(int seed) {
            this.seed = seed;
            this.random = new SplittableRandom(seed);
            Store node = new Store();
            if (random.nextInt(4) == 0) {
                // Of a former move to this destination, whose record came back in a failover.
                destination.record = new MigrationRecord(new AttemptId(Epoch.ZERO, 1, "old"), Status.OWNED);
                node.record = new MigrationRecord(new AttemptId(Epoch.ZERO, 2, "old"), Status.COPYING);
                node.before = node.record;
            }
            this.source = new Source(node, SlotOwnership.LOCAL);
            source.begin();
        }

        Phase run() {
            for (int i = 0; i < CHAOS_STEPS; i++) {
                chaos();
                source.act();
                if (former != null && random.nextBoolean()) {
                    former.act();
                }
            }
            calm = true;
            former = null;
            destinationIsAway = random.nextInt(4) == 0 && source.move.isInterruptible();
            if (destinationIsAway) {
                note("the destination is away for good");
                source.abort();
                abortedAlone = true;
            }
            for (BooleanSupplier write : delayed) {
                note(write.getAsBoolean() ? "a delayed write is applied" : "a delayed write is refused");
            }
            delayed.clear();
            check();
            for (int i = 0; i < CALM_STEPS && !isOver(); i++) {
                source.act();
            }
            assertThat(isOver()).as(this::story).isTrue();
            return source.move.phase();
        }

        private boolean isOver() {
            Phase phase = source.move.phase();
            return phase == Phase.ABORTED || phase == Phase.SWITCHED && source.node.has(Status.GIVEN);
        }

        private void chaos() {
            switch (random.nextInt(26)) {
                case 0 -> startSource(source.node, "the source proxy starts anew");
                case 1 -> redefine();
                case 2 -> {
                    if (random.nextInt(4) == 0) {
                        source.abort();
                    }
                }
                case 3 -> sourceFailsOver();
                case 4 -> destinationFailsOver();
                case 5 -> {
                    source.move = source.move.overdue();
                    note("overdue");
                }
                case 6, 7, 8 -> {
                    if (!delayed.isEmpty()) {
                        note("a delayed write arrives");
                        boolean applied =
                                delayed.remove(random.nextInt(delayed.size())).getAsBoolean();
                        note(applied ? "it is applied" : "it is refused");
                    }
                }
                case 9 -> {
                    destinationIsAway = !destinationIsAway && random.nextBoolean();
                    note("the destination is away: " + destinationIsAway);
                }
                default -> {
                    source.serve();
                    destination.servedAsOwner |= isDestinationOwner();
                    if (former != null) {
                        former.serve();
                    }
                }
            }
            check();
        }

        private void startSource(Store node, String event) {
            note(event);
            source = new Source(node, SlotOwnership.HELD);
            source.begin();
        }

        private void redefine() {
            epoch++;
            abortAcknowledged = false;
            note("redefined");
            SlotOwnership ownership =
                    source.move.ownership() == SlotOwnership.LOCAL ? SlotOwnership.LOCAL : SlotOwnership.HELD;
            source = new Source(source.node, ownership);
            source.begin();
        }

        /**
         * The source's node fails over to a replica without the last write of a record. An acknowledged {@code aborted}
         * is not lost. The former source may live on behind a partition.
         */
        private void sourceFailsOver() {
            if (!source.node.has(Status.ABORTED)) {
                former = random.nextBoolean() ? source : null;
                hadTwoSources |= former != null;
                epoch++;
                abortAcknowledged = false;
                startSource(source.node.promoted(), "the source forgets " + source.node.record);
            }
        }

        /** The destination's node fails over likewise. Whoever does not know of it speaks with the dead node. */
        private void destinationFailsOver() {
            if (destination.record == null) {
                return;
            }
            note("the destination forgets " + destination.record);
            lostOwned |= destination.has(Status.OWNED) && !source.node.has(Status.GIVEN);
            destination = destination.promoted();
            delayed.clear();
            former = null;
            writer = null;
            redefine();
        }

        /**
         * Asserts that both sides never serve at once, and that an aborted migration is never switched. A former source
         * that clients still reach serves stale data, whatever a migration does; leases are to end that.
         */
        private void check() {
            boolean owned = isDestinationOwner();
            assertThat(owned && source.move.ownership() == SlotOwnership.LOCAL)
                    .as(this::story)
                    .isFalse();
            assertThat(owned && abortAcknowledged).as(this::story).isFalse();
        }

        /** What the records say. */
        private boolean isDestinationOwner() {
            MigrationRecord given = source.node.record;
            MigrationRecord owned = destination.record;
            return destination.has(Status.OWNED)
                    && (given == null
                            || given.is(Status.GIVEN)
                            || given.attempt().compareTo(requireNonNull(owned).attempt()) <= 0);
        }

        private void note(String event) {
            history.add(event + " | source " + source.node.record + ", destination " + destination.record);
        }

        private String story() {
            return "seed " + seed + "\n" + String.join("\n", history);
        }

        private final class Source implements SourceMove.Effects {
            private final Store node;
            private SourceMove move;
            private SourceMove.Action next = SourceMove.Effects::rest;

            Source(Store node, SlotOwnership ownership) {
                this.node = node;
                this.move = SourceMove.of(new Epoch(epoch), ownership);
            }

            void begin() {
                take(move.begin());
            }

            void act() {
                next.perform(this);
            }

            /** A client writes, if the source serves. */
            void serve() {
                if (move.ownership() == SlotOwnership.LOCAL) {
                    node.version++;
                }
            }

            void abort() {
                history.add("abort");
                if (move.isInterruptible()) {
                    take(move.abort());
                } else {
                    move = move.requestAbort();
                }
            }

            private void take(SourceMove.Step step) {
                move = step.next();
                next = step.action();
                history.add((this == former ? "former: " : "") + move.phase() + " " + move.ownership() + " | source "
                        + node.record + ", destination " + destination.record);
                if (this == source) {
                    abortAcknowledged |= move.phase() == Phase.ABORTED;
                    check();
                }
            }

            private boolean fails() {
                return !calm && random.nextInt(6) == 0;
            }

            private boolean failsAtDestination() {
                return fails() || destinationIsAway;
            }

            private String text() {
                return "r" + random.nextInt(1_000_000);
            }

            @Override
            public void readRecords() {
                take(failsAtDestination() ? move.failed("read") : move.found(node.record, destination.record, text()));
            }

            @Override
            public void readSource() {
                take(fails() ? move.failed("read") : move.foundAtSource(node.record, text()));
            }

            @Override
            public void writeSource(@Nullable MigrationRecord expected, MigrationRecord written) {
                write(calm ? 9 : random.nextInt(10), () -> node.replace(expected, written), written);
            }

            @Override
            public void writeDestination(@Nullable MigrationRecord expected, MigrationRecord written) {
                int fate = destinationIsAway ? 0 : calm ? 9 : random.nextInt(10);
                Store node = destination;
                write(fate, () -> replaceDestination(node, expected, written), written);
            }

            private void write(int fate, BooleanSupplier replace, MigrationRecord written) {
                if (fate == 0) {
                    take(move.failed("not sent"));
                } else if (fate == 1) {
                    delayed.add(replace);
                    take(move.failed("delayed"));
                } else {
                    boolean applied = replace.getAsBoolean();
                    take(fate == 2 ? move.failed("reply lost") : applied ? move.written(written) : move.conflict());
                }
            }

            /** Asserts that the destination has all when it becomes the owner. */
            private boolean replaceDestination(Store at, @Nullable MigrationRecord expected, MigrationRecord written) {
                boolean applied = at.replace(expected, written);
                if (applied && written.is(Status.OWNED) && !node.has(Status.GIVEN)) {
                    assertThat(writer == this && copied == node.version)
                            .as(World.this::story)
                            .isTrue();
                }
                check();
                return applied;
            }

            @Override
            public void precheck() {
                // The destination proxy of a redefined migration does not know the former one.
                boolean isKnown = move.epoch().equals(new Epoch(epoch));
                take(failsAtDestination() || !isKnown ? move.failed("precheck") : move.prechecked());
            }

            /** Deletes the keys at the destination, unless another source has claimed it meanwhile. */
            @Override
            public void prepare() {
                if (failsAtDestination() || !Objects.equals(destination.record, move.destinationRecord())) {
                    take(move.failed("prepare"));
                    return;
                }
                assertThat(isDestinationOwner() || destination.servedAsOwner)
                        .as(World.this::story)
                        .isFalse();
                writer = this;
                copied = -1;
                take(move.prepared());
            }

            @Override
            public void copy() {
                if (failsAtDestination() || writer != this) {
                    take(move.failed("copy"));
                } else {
                    copied = random.nextInt(node.version + 1);
                    take(move.converged());
                }
            }

            /** Copies the rest; clients may write until the migration goes on, if they are let. */
            @Override
            public void hold() {
                if (failsAtDestination() || writer != this) {
                    take(move.failed("hold"));
                    return;
                }
                copied = node.version;
                boolean isInTime = calm || random.nextInt(8) > 0;
                next = effects -> take(isInTime ? move.drained() : move.heldTooLong("hold"));
            }

            @Override
            public void notifyDestination() {
                boolean owned = isDestinationOwner();
                take(failsAtDestination() || !owned ? move.failed("notify") : move.accepted());
            }

            @Override
            public void pause(int failures) {
                take(move.pauseEnded());
            }

            @Override
            public void rest() {
                if (move.phase() != Phase.SWITCHED && move.phase() != Phase.ABORTED) {
                    throw new IllegalStateException(story());
                }
            }
        }
    }
}
