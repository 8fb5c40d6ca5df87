package io.undermoon.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.Epoch;
import io.undermoon.proxy.migration.SourceMove.Phase;
import io.undermoon.proxy.migration.record.MigrationRecord;
import io.undermoon.proxy.migration.record.MigrationRecord.Status;
import io.undermoon.proxy.topology.SlotOwnership;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Drives {@link SourceMove} through migrations in which everything fails: replies are lost, writes take effect much
 * later, the source proxy restarts at any step, nodes fail over and lose their last write, the migration is redefined
 * or aborted. The number of runs is set by {@code -Dundermoon.model.runs}.
 */
class SourceMoveModelTest {
    private static final int RUNS = Integer.getInteger("undermoon.model.runs", 20_000);

    @Test
    void slots_have_one_owner_whatever_fails() {
        int switched = 0;
        int aborted = 0;
        for (int seed = 0; seed < RUNS; seed++) {
            World world = new World(seed);
            Phase end = world.run();
            switched += end == Phase.SWITCHED ? 1 : 0;
            aborted += end == Phase.ABORTED ? 1 : 0;
        }
        assertThat(switched + aborted).isEqualTo(RUNS);
        assertThat(switched).isGreaterThan(RUNS / 4);
        assertThat(aborted).isGreaterThan(RUNS / 100);
    }

    private static final class World implements SourceMove.Effects {
        private static final int CHAOS_STEPS = 80;
        private static final int CALM_STEPS = 400;

        private final int seed;
        private final SplittableRandom random;
        private final List<String> history = new ArrayList<>();
        private final List<Runnable> delayed = new ArrayList<>();

        private long epoch = 1;
        private @Nullable MigrationRecord source;
        private @Nullable MigrationRecord sourceBefore;
        private @Nullable MigrationRecord destination;
        private @Nullable MigrationRecord destinationBefore;
        private SourceMove move;
        private SourceMove.Action next;
        private boolean calm;
        private boolean abortAcknowledged;

        /** The number of writes by clients, and below it how many of them the destination has. */
        private int version;

        private int copied = -1;

        World(int seed) {
            this.seed = seed;
            this.random = new SplittableRandom(seed);
            take(SourceMove.of(new Epoch(epoch), SlotOwnership.LOCAL).begin());
        }

        Phase run() {
            for (int i = 0; i < CHAOS_STEPS; i++) {
                chaos();
                act();
            }
            calm = true;
            delayed.forEach(Runnable::run);
            delayed.clear();
            check();
            for (int i = 0; i < CALM_STEPS && !isOver(); i++) {
                act();
            }
            assertThat(isOver()).as(this::story).isTrue();
            return move.phase();
        }

        private boolean isOver() {
            return move.phase() == Phase.ABORTED
                    || move.phase() == Phase.SWITCHED && source != null && source.is(Status.GIVEN);
        }

        private void chaos() {
            switch (random.nextInt(24)) {
                case 0 -> crash();
                case 1 -> redefine();
                case 2 -> abort();
                case 3 -> sourceFailsOver();
                case 4 -> destinationFailsOver();
                case 5 -> {
                    move = move.overdue();
                    note("overdue");
                }
                case 6, 7, 8 -> {
                    if (!delayed.isEmpty()) {
                        note("a delayed write arrives");
                        delayed.remove(random.nextInt(delayed.size())).run();
                    }
                }
                default -> {
                    if (move.ownership() == SlotOwnership.LOCAL) {
                        version++;
                    }
                }
            }
            check();
        }

        private void crash() {
            note("the source proxy starts anew");
            take(SourceMove.of(new Epoch(epoch), SlotOwnership.HELD).begin());
        }

        private void redefine() {
            epoch++;
            abortAcknowledged = false;
            note("redefined");
            SlotOwnership ownership =
                    move.ownership() == SlotOwnership.LOCAL ? SlotOwnership.LOCAL : SlotOwnership.HELD;
            take(SourceMove.of(new Epoch(epoch), ownership).begin());
        }

        private void abort() {
            if (random.nextInt(4) > 0) {
                return;
            }
            note("abort");
            if (move.certain() && move.isInterruptible()) {
                take(move.abort());
            } else {
                move = move.requestAbort();
            }
        }

        /**
         * The source's node fails over to a replica without the last write of a record. An acknowledged {@code aborted}
         * is not lost.
         */
        private void sourceFailsOver() {
            if (source != null && !source.is(Status.ABORTED)) {
                note("the source forgets " + source + " for " + sourceBefore);
                source = sourceBefore;
                crash();
            }
        }

        /**
         * The destination's node fails over likewise; it loses {@code owned} only after the source's node has
         * {@code given}.
         */
        private void destinationFailsOver() {
            boolean owned = destination != null && destination.is(Status.OWNED);
            boolean given = source != null && source.is(Status.GIVEN);
            if (destination != null && (!owned || given)) {
                note("the destination forgets " + destination + " for " + destinationBefore);
                destination = destinationBefore;
                // Delayed writes were sent to the failed node.
                delayed.clear();
                redefine();
            }
        }

        private void take(SourceMove.Step step) {
            move = step.next();
            next = step.action();
            note(move.phase() + " " + move.ownership());
            if (move.phase() == Phase.ABORTED) {
                abortAcknowledged = true;
            }
            check();
        }

        private void act() {
            SourceMove.Action action = next;
            action.perform(this);
        }

        /**
         * Asserts that both sides never serve at once, that an aborted migration is never switched, and that nothing is
         * lost.
         */
        private void check() {
            boolean owned = destination != null && destination.is(Status.OWNED);
            assertThat(owned && move.ownership() == SlotOwnership.LOCAL)
                    .as(this::story)
                    .isFalse();
            assertThat(owned && abortAcknowledged).as(this::story).isFalse();
            if (owned && !(source != null && source.is(Status.GIVEN))) {
                assertThat(copied).as(this::story).isEqualTo(version);
            }
        }

        private boolean fails() {
            return !calm && random.nextInt(6) == 0;
        }

        @Override
        public void readRecords() {
            take(fails() ? move.failed("read") : move.found(source, destination, "r" + random.nextInt(1_000_000)));
        }

        @Override
        public void writeSource(@Nullable MigrationRecord expected, MigrationRecord written) {
            int fate = calm ? 9 : random.nextInt(10);
            boolean applied = false;
            boolean matches = Objects.equals(source, expected);
            if (fate != 0 && matches) {
                sourceBefore = source;
                source = written;
                applied = true;
            }
            take(fate <= 1 ? move.failed("write") : applied ? move.written(written) : move.conflict());
        }

        @Override
        public void writeDestination(@Nullable MigrationRecord expected, MigrationRecord written) {
            int fate = calm ? 9 : random.nextInt(10);
            if (fate == 0) {
                take(move.failed("not sent"));
            } else if (fate == 1) {
                delayed.add(() -> replaceDestination(expected, written));
                take(move.failed("delayed"));
            } else {
                boolean applied = replaceDestination(expected, written);
                take(fate == 2 ? move.failed("reply lost") : applied ? move.written(written) : move.conflict());
            }
        }

        private boolean replaceDestination(@Nullable MigrationRecord expected, MigrationRecord written) {
            if (!Objects.equals(destination, expected)) {
                return false;
            }
            destinationBefore = destination;
            destination = written;
            check();
            return true;
        }

        @Override
        public void precheck() {
            take(fails() ? move.failed("precheck") : move.prechecked());
        }

        @Override
        public void prepare() {
            assertThat(destination != null && destination.is(Status.OWNED))
                    .as(this::story)
                    .isFalse();
            copied = -1;
            take(fails() ? move.failed("prepare") : move.prepared());
        }

        @Override
        public void copy() {
            copied = random.nextInt(version + 1);
            take(fails() ? move.failed("copy") : move.converged());
        }

        @Override
        public void hold() {
            int fate = calm ? 9 : random.nextInt(10);
            if (fate < 2) {
                take(fate == 0 ? move.failed("hold") : move.heldTooLong("hold"));
            } else {
                copied = version;
                take(move.drained());
            }
        }

        @Override
        public void notifyDestination() {
            take(fails() ? move.failed("notify") : move.accepted());
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

        private void note(String event) {
            history.add(event + " | source " + source + ", destination " + destination);
        }

        private String story() {
            return "seed " + seed + "\n" + String.join("\n", history);
        }
    }
}
