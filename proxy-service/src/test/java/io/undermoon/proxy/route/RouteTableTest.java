package io.undermoon.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.ProxyAddress;
import io.undermoon.slot.Slot;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RouteTableTest {
    private final Endpoints endpoints = new Endpoints();

    @Test
    void an_empty_table_serves_nothing() {
        assertThat(RouteTable.EMPTY.owner(0)).isSameAs(Target.UNSERVED);
        assertThat(RouteTable.EMPTY.owner(Slot.COUNT - 1)).isSameAs(Target.UNSERVED);
        assertThat(RouteTable.EMPTY.localReplica(5)).isNull();
    }

    @Test
    void every_slot_has_the_target_that_was_named_last() {
        long seed = 7 + new SplittableRandom().nextInt(1_000_000);
        SplittableRandom random = new SplittableRandom(seed);
        List<Target> targets = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Target.Remote peer = Target.Remote.of(new ProxyAddress("127.0.0.1:" + (7000 + i)), endpoints);
            targets.add(peer);
            targets.add(new Target.Held(peer, random.nextBoolean()));
        }
        Target[] owners = new Target[Slot.COUNT];
        Target.Local[] replicas = new Target.Local[Slot.COUNT];
        RouteTable.Builder builder = new RouteTable.Builder();
        for (int step = 0; step < 300; step++) {
            int start = random.nextInt(Slot.COUNT);
            int end = random.nextInt(start, Slot.COUNT);
            Target owner = targets.get(random.nextInt(targets.size()));
            Target.Local replica = new Target.Local(endpoints.redis("127.0.0.1:" + (8000 + random.nextInt(4))));
            builder.owner(SlotRanges.of(start, end), owner);
            builder.localReplica(SlotRanges.of(end, end), replica, true);
            for (int slot = start; slot <= end; slot++) {
                owners[slot] = owner;
            }
            replicas[end] = replica;
        }

        RouteTable table = builder.build();

        for (int slot = 0; slot < Slot.COUNT; slot++) {
            Target owner = owners[slot] == null ? Target.UNSERVED : owners[slot];
            assertThat(table.owner(slot)).as("slot %d, seed %d", slot, seed).isSameAs(owner);
            assertThat(table.localReplica(slot))
                    .as("slot %d, seed %d", slot, seed)
                    .isSameAs(replicas[slot]);
        }
    }
}
