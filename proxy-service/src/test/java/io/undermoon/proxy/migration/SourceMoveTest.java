package io.undermoon.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.metadata.Epoch;
import io.undermoon.proxy.migration.SourceMove.Phase;
import io.undermoon.proxy.migration.SourceMove.Step;
import io.undermoon.proxy.migration.record.AttemptId;
import io.undermoon.proxy.migration.record.MigrationRecord;
import io.undermoon.proxy.migration.record.MigrationRecord.Status;
import io.undermoon.proxy.topology.SlotOwnership;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SourceMoveTest {
    private static final Epoch EPOCH = new Epoch(5);

    /** A proxy with old metadata, which has found the records of a migration that was defined after its own. */
    @ParameterizedTest
    @EnumSource
    void an_older_migration_leaves_the_records_of_a_later_one_alone(Status status) {
        MigrationRecord later = new MigrationRecord(new AttemptId(EPOCH.next(), 1, "later"), status);

        SourceMove atDestination = claiming().found(null, later, "r").next();
        SourceMove atSource = claiming().found(later, null, "r").next();
        SourceMove aborting = SourceMove.of(EPOCH, SlotOwnership.LOCAL)
                .abort()
                .next()
                .foundAtSource(later, "r")
                .next();

        assertThat(atDestination.phase()).isEqualTo(Phase.PAUSED);
        assertThat(atSource.phase()).isEqualTo(Phase.PAUSED);
        assertThat(aborting.phase()).isEqualTo(Phase.PAUSED);
    }

    @Test
    void an_event_that_is_not_due_is_a_mistake() {
        SourceMove checking = SourceMove.of(EPOCH, SlotOwnership.LOCAL);
        SourceMove copying = copying();
        List<Runnable> mistakes = List.of(
                () -> copying.prechecked(),
                () -> checking.found(null, null, "r"),
                () -> checking.foundAtSource(null, "r"),
                () -> checking.written(record(Status.COPYING)),
                () -> checking.prepared(),
                () -> checking.converged(),
                () -> copying.drained(),
                () -> copying.heldTooLong("late"),
                () -> copying.accepted(),
                () -> copying.pauseEnded());
        for (Runnable mistake : mistakes) {
            assertThatThrownBy(mistake::run).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void the_pause_grows_with_failures_in_a_row_until_the_copy_succeeds() {
        Step failed = copying().failed("first");
        assertThat(action(failed)).isEqualTo("pause 1");
        assertThat(failed.next().ownership()).isEqualTo(SlotOwnership.LOCAL);
        Step again = failed.next().pauseEnded().next().failed("second");
        assertThat(action(again)).isEqualTo("pause 2");
        assertThat(again.next().error()).isEqualTo("second");
        assertThat(copying().converged().next().failures()).isZero();
    }

    @Test
    void what_is_held_too_long_is_sent_to_the_owner_or_refused() {
        SourceMove copying = copying();
        SourceMove holding = copying.converged().next();
        SourceMove switching = holding.drained().next();
        SourceMove giving = switching.written(record(Status.OWNED)).next();
        SourceMove notifying = giving.written(record(Status.GIVEN)).next();

        assertThat(copying.overdue()).isSameAs(copying);
        assertThat(holding.overdue())
                .as("the attempt to switch has a limit of its own")
                .isSameAs(holding);
        assertThat(switching.overdue().ownership()).isEqualTo(SlotOwnership.REFUSED);
        assertThat(giving.overdue().ownership()).isEqualTo(SlotOwnership.REMOTE);
        assertThat(notifying.overdue().ownership()).isEqualTo(SlotOwnership.REMOTE);
        assertThat(switching.overdue().overdue()).isEqualTo(switching.overdue());

        for (SourceMove before : List.of(copying, holding, switching)) {
            assertThat(before.isSwitched()).isFalse();
        }
        for (SourceMove after : List.of(giving, notifying, notifying.accepted().next())) {
            assertThat(after.isSwitched()).isTrue();
        }
    }

    @Test
    void a_started_source_goes_on_where_the_records_say_it_was() {
        SourceMove started = SourceMove.of(EPOCH, SlotOwnership.HELD);
        MigrationRecord owned = record(Status.OWNED);
        MigrationRecord given = record(Status.GIVEN);

        assertThat(action(started.found(record(Status.COPYING), owned, "r")))
                .as("the source is told")
                .isEqualTo("source 5.1.r given instead of 5.1.r copying");
        assertThat(action(started.found(given, owned, "r"))).isEqualTo("notify");
        for (MigrationRecord lost : Arrays.asList(null, record(Status.COPYING))) {
            Step restored = started.found(given, lost, "r");
            assertThat(action(restored)).isEqualTo("destination 5.1.r owned instead of " + lost);
            assertThat(action(restored.next().written(owned))).isEqualTo("notify");
        }
        assertThat(action(started.found(record(Status.ABORTED), null, "r"))).isEqualTo("rest");
        assertThat(action(started.found(null, null, "r"))).isEqualTo("destination 5.1.r copying instead of null");
    }

    @Test
    void an_abort_while_the_switch_is_uncertain_takes_effect_once_the_source_is_certain() {
        SourceMove paused = copying()
                .converged()
                .next()
                .drained()
                .next()
                .failed("no reply")
                .next()
                .requestAbort();
        assertThat(paused.isInterruptible()).isFalse();
        Step reading = paused.pauseEnded();
        assertThat(action(reading)).isEqualTo("read records");
        SourceMove claimed = reading.next()
                .found(record(Status.COPYING), record(Status.COPYING), "s")
                .next()
                .written(record(Status.COPYING))
                .next();
        assertThat(action(claimed.written(record(Status.COPYING)))).isEqualTo("read source");

        SourceMove certain = copying().failed("x").next().requestAbort();
        assertThat(action(certain.pauseEnded())).isEqualTo("read source");
    }

    private static SourceMove copying() {
        MigrationRecord claim = record(Status.COPYING);
        return claiming()
                .found(null, null, "r")
                .next()
                .written(claim)
                .next()
                .written(claim)
                .next()
                .prepared()
                .next();
    }

    private static MigrationRecord record(Status status) {
        return new MigrationRecord(new AttemptId(EPOCH, 1, "r"), status);
    }

    private static String action(Step step) {
        Recorder recorder = new Recorder();
        step.action().perform(recorder);
        return recorder.called;
    }

    /** Remembers the action. */
    private static final class Recorder implements SourceMove.Effects {
        private String called = "";

        @Override
        public void readRecords() {
            called = "read records";
        }

        @Override
        public void readSource() {
            called = "read source";
        }

        @Override
        public void writeSource(@Nullable MigrationRecord expected, MigrationRecord next) {
            called = "source " + next + " instead of " + expected;
        }

        @Override
        public void writeDestination(@Nullable MigrationRecord expected, MigrationRecord next) {
            called = "destination " + next + " instead of " + expected;
        }

        @Override
        public void precheck() {
            called = "precheck";
        }

        @Override
        public void prepare() {
            called = "prepare";
        }

        @Override
        public void copy() {
            called = "copy";
        }

        @Override
        public void hold() {
            called = "hold";
        }

        @Override
        public void notifyDestination() {
            called = "notify";
        }

        @Override
        public void pause(int failures) {
            called = "pause " + failures;
        }

        @Override
        public void rest() {
            called = "rest";
        }
    }

    private static SourceMove claiming() {
        return SourceMove.of(EPOCH, SlotOwnership.LOCAL).prechecked().next();
    }
}
