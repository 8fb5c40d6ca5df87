package io.undermoon.proxy.migration.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.metadata.Epoch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationRecordTest {
    @Test
    void is_read_as_it_was_written() {
        for (MigrationRecord.Status status : MigrationRecord.Status.values()) {
            MigrationRecord record = new MigrationRecord(new AttemptId(new Epoch(7), 3, "a1b2"), status);

            assertThat(MigrationRecord.parse(record.toString())).isEqualTo(record);
        }
        assertThat(MigrationRecord.parse("7.3.a1b2 copying")).hasToString("7.3.a1b2 copying");
        assertThat(MigrationRecord.parse(null)).isNull();
        assertThat(MigrationRecord.parse("")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"copying", "1.2.x", "1.2.x moved", "1.2 owned", "1.x.y owned", "1.2.x owned now"})
    void refuses_what_is_none(String text) {
        assertThatThrownBy(() -> MigrationRecord.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_later_attempt_is_greater() {
        assertThat(attempt(1, 9)).isLessThan(attempt(2, 1));
        assertThat(attempt(2, 9)).isLessThan(attempt(2, 10));
    }

    private static AttemptId attempt(long epoch, long number) {
        return new AttemptId(new Epoch(epoch), number, "r");
    }
}
