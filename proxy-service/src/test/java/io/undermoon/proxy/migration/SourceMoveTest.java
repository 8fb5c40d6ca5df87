package io.undermoon.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.Epoch;
import io.undermoon.proxy.migration.SourceMove.Phase;
import io.undermoon.proxy.migration.record.AttemptId;
import io.undermoon.proxy.migration.record.MigrationRecord;
import io.undermoon.proxy.migration.record.MigrationRecord.Status;
import io.undermoon.proxy.topology.SlotOwnership;
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

    private static SourceMove claiming() {
        return SourceMove.of(EPOCH, SlotOwnership.LOCAL).prechecked().next();
    }
}
