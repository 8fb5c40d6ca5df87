package io.undermoon.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.slot.SlotRange;
import io.undermoon.slot.SlotRanges;
import io.undermoon.umctl.MigrationProgress;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndedMigrationsTest {
    private static final MigrationMeta META = new MigrationMeta(
            new Epoch(7),
            new ProxyAddress("h:1"),
            new NodeAddress("h:11"),
            new ProxyAddress("h:2"),
            new NodeAddress("h:21"));

    private final EndedMigrations ended = new EndedMigrations();

    @Test
    void the_newest_come_first_and_the_oldest_go() {
        for (int i = 0; i < EndedMigrations.MAX + 10; i++) {
            ended.add(report(i));
        }
        assertThat(ended.newestFirst())
                .hasSize(EndedMigrations.MAX)
                .startsWith(report(EndedMigrations.MAX + 9))
                .endsWith(report(10));
    }

    private static MigrationProgress report(long keys) {
        TaggedSlots slots =
                new TaggedSlots(new SlotRanges(List.of(new SlotRange(0, 9))), new SlotState.Migrating(META));
        return new MigrationProgress(
                slots,
                MigrationProgress.Side.SOURCE,
                MigrationProgress.State.SWITCHED,
                keys,
                keys,
                keys,
                1,
                0,
                1,
                1,
                1,
                1,
                0,
                0,
                "");
    }
}
