package io.undermoon.dev.backups.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.dev.backups.catalog.StoredBackup;
import io.undermoon.dev.backups.manifest.Manifest;
import io.undermoon.dev.backups.manifest.Segment;
import io.undermoon.dev.backups.store.FileFacts;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.slot.SlotRanges;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MomentTest {
    private static final Instant BASE = Instant.parse("2026-11-29T12:00:00Z");
    private static final FileFacts FILE = new FileFacts("f", 1, "00");

    /** Points at 12:00:00, 12:01:00 and 12:02:00, with marks each second of the masters a and b. */
    private static final StoredBackup BACKUP = new StoredBackup(
            new Manifest(
                    1,
                    "20261129T115900Z",
                    "shop",
                    7,
                    BASE.toString(),
                    3,
                    "disabled",
                    List.of(shard("a:1", 100, 10), shard("b:1", 200, 20))),
            List.of(segment(1, 100, 200), segment(2, 700, 800)));

    @Test
    void without_a_time_it_is_the_last_state_that_there_is() {
        Moment moment = Moment.last(BACKUP);

        assertThat(moment.taken()).isEqualTo(BASE.plusSeconds(120));
        assertThat(moment.offsets()).containsExactly(1300L, 1400L);
        assertThat(moment.agreed()).isTrue();
        assertThat(Moment.last(new StoredBackup(BACKUP.manifest(), List.of()))).isEqualTo(Moment.of(BACKUP.manifest()));
    }

    @Test
    void the_point_of_the_backup_itself_needs_no_segment() {
        Moment moment = Moment.of(BACKUP.manifest());

        assertThat(moment.offsets()).containsExactly(100L, 200L);
        assertThat(moment.segments()).isEmpty();
        assertThat(moment.keysAndThoseThatExpire().orElseThrow()).containsExactly(30, 2);
    }

    @Test
    void a_time_on_a_point_is_that_point() {
        assertThat(Moment.at(BACKUP, BASE, false)).isEqualTo(Moment.of(BACKUP.manifest()));
        Moment second = Moment.at(BACKUP, BASE.plusSeconds(60), false);
        assertThat(second.offsets()).containsExactly(700L, 800L);
        assertThat(second.segments()).hasSize(1);
        assertThat(second.agreed()).isTrue();
        assertThat(second.keysAndThoseThatExpire().orElseThrow()).containsExactly(22, 4);
    }

    @Test
    void a_time_between_points_takes_each_master_up_to_the_last_second_before() {
        Moment moment = Moment.at(BACKUP, BASE.plusMillis(62_500), false);

        assertThat(moment.segments()).hasSize(2);
        assertThat(moment.offsets()).containsExactly(720L, 820L);
        assertThat(moment.agreed()).isFalse();
        assertThat(moment.keysAndThoseThatExpire()).isEmpty();
        assertThat(Moment.at(BACKUP, BASE.plusMillis(62_500), true).offsets()).containsExactly(700L, 800L);
    }

    @Test
    void a_time_outside_is_refused_with_what_there_is() {
        assertThatThrownBy(() -> Moment.at(BACKUP, BASE.minusSeconds(1), false))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("has its point at 2026-11-29T12:00:00Z");
        assertThatThrownBy(() -> Moment.at(BACKUP, BASE.plusSeconds(121), false))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("reaches up to 2026-11-29T12:02:00Z");
        assertThat(Moment.at(BACKUP, BASE.plusSeconds(121), true).taken()).isEqualTo(BASE.plusSeconds(120));
    }

    private static Manifest.Shard shard(String master, long point, long keys) {
        return new Manifest.Shard(master, SlotRanges.of(0, 1), "history", 50, point, keys, 1, FILE, FILE);
    }

    /** Of a minute; ten bytes come each second. */
    private static Segment segment(int number, long a, long b) {
        return new Segment(
                1,
                number,
                BASE.plusSeconds(60L * number).toString(),
                3,
                List.of(part("a:1", number, a), part("b:1", number, b)));
    }

    private static Segment.Part part(String master, int number, long from) {
        long start = BASE.plusSeconds(60L * (number - 1)).toEpochMilli();
        List<Segment.Mark> marks = LongStream.rangeClosed(1, 60)
                .mapToObj(second -> new Segment.Mark(start + 1000 * second, from + 10 * second))
                .toList();
        return new Segment.Part(master, from, from + 600, 11, 2, FILE, marks);
    }
}
