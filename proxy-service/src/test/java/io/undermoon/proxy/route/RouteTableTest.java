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

    @Test
    void tables_have_the_same_owners_whatever_way_leads_there() {
        Target.Local node = new Target.Local(endpoints.redis("127.0.0.1:7001"));
        Target.Local otherNode = new Target.Local(endpoints.redis("127.0.0.1:7002"));
        Target.Remote peer = Target.Remote.of(new ProxyAddress("127.0.0.1:6002"), endpoints);
        Target.Remote otherPeer = Target.Remote.of(new ProxyAddress("127.0.0.1:6003"), endpoints);
        RouteTable table = halves(node, peer);
        assertThat(table.hasSameOwnersAs(halves(node, peer.forMoving(endpoints))))
                .isTrue();
        assertThat(table.hasSameOwnersAs(halves(new Target.Slowed(node, false), peer)))
                .isTrue();
        assertThat(halves(new Target.Slowed(node, false), peer).hasSameOwnersAs(table))
                .isTrue();

        assertThat(table.hasSameOwnersAs(halves(node, otherPeer))).isFalse();
        assertThat(table.hasSameOwnersAs(halves(otherNode, peer))).isFalse();
        assertThat(table.hasSameOwnersAs(halves(new Target.Held(node, false), peer)))
                .isFalse();
        assertThat(table.hasSameOwnersAs(halves(peer, node))).isFalse();
        assertThat(table.hasSameOwnersAs(new RouteTable.Builder()
                        .owner(SlotRanges.of(0, 8191), node)
                        .owner(SlotRanges.of(8192, Slot.COUNT - 2), peer)
                        .build()))
                .as("the last slot counts")
                .isFalse();
    }

    @Test
    void it_knows_whether_slots_move_at_peers() {
        Target.Local node = new Target.Local(endpoints.redis("127.0.0.1:7001"));
        Target.Remote peer = Target.Remote.of(new ProxyAddress("127.0.0.1:6002"), endpoints);
        assertThat(halves(node, peer).slotsMoveAtPeers()).isFalse();
        assertThat(halves(node, peer.forMoving(endpoints)).slotsMoveAtPeers()).isTrue();
    }

    @Test
    void in_the_table_for_replicas_the_local_replica_is_the_owner_and_its_proxy_the_master() {
        Target.Local node = new Target.Local(endpoints.redis("127.0.0.1:7001"));
        Target.Local replica = new Target.Local(endpoints.redis("127.0.0.1:7002"));
        Target.Remote peer = Target.Remote.of(new ProxyAddress("127.0.0.1:6002"), endpoints);
        Target.Remote self = Target.Remote.of(new ProxyAddress("127.0.0.1:6001"), endpoints);
        RouteTable.Builder builder = new RouteTable.Builder()
                .owner(SlotRanges.of(0, 99), new Target.Slowed(node, false))
                .owner(SlotRanges.of(100, 199), peer)
                .owner(SlotRanges.of(200, 299), new Target.Held(peer, false))
                .owner(SlotRanges.of(300, 399), node)
                .localReplica(SlotRanges.of(100, 199), replica, true)
                .localReplica(SlotRanges.of(200, 299), replica, false);
        RouteTable table = builder.buildForReplicas(self);

        assertThat(table.owner(0)).isSameAs(self);
        assertThat(table.owner(350)).isSameAs(self);
        assertThat(table.owner(100)).isSameAs(replica);
        assertThat(table.owner(299)).isSameAs(replica);
        assertThat(table.owner(400)).isSameAs(Target.UNSERVED);
        assertThat(table.master(0)).isSameAs(self);
        assertThat(table.master(100)).isSameAs(peer);
        assertThat(table.master(299)).isSameAs(peer);
        assertThat(table.master(400)).isSameAs(Target.UNSERVED);
        assertThat(table.localReplica(100)).isSameAs(replica);
        assertThat(table.localReplica(299)).as("slots that move").isNull();
        assertThat(table.localReplica(0)).isNull();
        assertThat(builder.build().owner(100)).isSameAs(peer);
        assertThat(builder.build().master(100)).isSameAs(peer);
    }

    @Test
    void owners_of_no_slots_take_no_place() {
        RouteTable.Builder builder = new RouteTable.Builder();
        for (int i = 0; i <= Short.MAX_VALUE; i++) {
            builder.owner(SlotRanges.NONE, new Target.Held(Target.UNSERVED, false));
        }
        Target.Local node = new Target.Local(endpoints.redis("127.0.0.1:7001"));
        assertThat(builder.owner(SlotRanges.of(0, 0), node).build().owner(0)).isSameAs(node);
    }

    private static RouteTable halves(Target low, Target high) {
        return new RouteTable.Builder()
                .owner(SlotRanges.of(0, 8191), low)
                .owner(SlotRanges.of(8192, Slot.COUNT - 1), high)
                .build();
    }
}
