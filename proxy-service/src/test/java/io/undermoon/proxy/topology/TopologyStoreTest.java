package io.undermoon.proxy.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.route.Target;
import io.undermoon.umctl.FinishedMigration;
import io.undermoon.umctl.SetCluster;
import io.undermoon.umctl.SetMeta;
import io.undermoon.umctl.SetRepl;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TopologyStoreTest {
    private static final String META = " 7 127.0.0.1:6001 127.0.0.1:7001 127.0.0.1:6002 127.0.0.1:7003";
    private static final String MIGRATION = "MIGRATING 1 8001-16383" + META;
    private static final String IMPORT = "IMPORTING 1 8001-16383" + META;

    @Test
    void the_source_of_a_migration_serves_its_slots_on_every_proxy() {
        TopologyStore source = store("127.0.0.1:6001", "127.0.0.1:7001", "127.0.0.1:7002");
        assertThat(apply(
                        source,
                        "v2 7 NOFLAG c 127.0.0.1:7001 1 0-8000 127.0.0.1:7001 " + MIGRATION + " PEER 127.0.0.1:6002 "
                                + IMPORT))
                .isEqualTo(ApplyResult.APPLIED);
        assertThat(owner(source, 8001)).isEqualTo("127.0.0.1:7001");

        TopologyStore destination = store("127.0.0.1:6002", "127.0.0.1:7003", "127.0.0.1:7004");
        apply(
                destination,
                "v2 7 NOFLAG c 127.0.0.1:7003 " + IMPORT + " PEER 127.0.0.1:6001 1 0-8000 127.0.0.1:6001 " + MIGRATION);
        assertThat(owner(destination, 8001)).isEqualTo("MOVED 127.0.0.1:6001");

        TopologyStore bystander = store("127.0.0.1:6003", "127.0.0.1:7005", "127.0.0.1:7006");
        apply(
                bystander,
                "v2 7 NOFLAG c PEER 127.0.0.1:6002 " + IMPORT + " 127.0.0.1:6001 " + MIGRATION
                        + " 127.0.0.1:6001 1 0-8000");
        assertThat(owner(bystander, 16383)).isEqualTo("MOVED 127.0.0.1:6001");
    }

    @Test
    void slots_that_have_arrived_at_a_peer_belong_to_it_while_the_migration_is_known() {
        String moving = "v2 %d NOFLAG c PEER 127.0.0.1:6001 1 0-8000 127.0.0.1:6001 %s 127.0.0.1:6002 %s";
        TopologyStore bystander = store("127.0.0.1:6003", "127.0.0.1:7005", "127.0.0.1:7006");
        MigrationTask migration = FinishedMigration.parse("c " + MIGRATION);
        apply(bystander, "v2 6 NOFLAG c PEER 127.0.0.1:6001 1 0-16383");
        assertThat(bystander.switched(migration)).as("not known yet").isFalse();

        apply(bystander, moving.formatted(7, MIGRATION, IMPORT));
        assertThat(bystander.switched(new MigrationTask(new ClusterName("other"), migration.slotRange())))
                .isFalse();
        assertThat(owner(bystander, 9000)).isEqualTo("MOVED 127.0.0.1:6001");
        assertThat(bystander.switched(migration)).isTrue();
        assertThat(owner(bystander, 9000)).isEqualTo("MOVED 127.0.0.1:6002");
        assertThat(owner(bystander, 8000)).isEqualTo("MOVED 127.0.0.1:6001");

        apply(bystander, moving.formatted(8, MIGRATION, IMPORT));
        assertThat(owner(bystander, 9000)).as("the same migration").isEqualTo("MOVED 127.0.0.1:6002");
        String later = MIGRATION.replace(" 7 ", " 9 ");
        apply(bystander, moving.formatted(9, later, IMPORT.replace(" 7 ", " 9 ")));
        assertThat(owner(bystander, 9000)).as("another migration").isEqualTo("MOVED 127.0.0.1:6001");
    }

    @Test
    void a_source_that_has_just_started_does_not_serve_moving_slots() {
        String before = "v2 6 NOFLAG c 127.0.0.1:7001 1 0-16383";
        String moving =
                "v2 7 NOFLAG c 127.0.0.1:7001 1 0-8000 127.0.0.1:7001 " + MIGRATION + " PEER 127.0.0.1:6002 " + IMPORT;
        TopologyStore started = store("127.0.0.1:6001", "127.0.0.1:7001", "127.0.0.1:7002");
        started.resolvesOwnership();
        apply(started, moving);
        assertThat(started.current().ownership().values()).containsExactly(SlotOwnership.HELD);

        TopologyStore serving = store("127.0.0.1:6001", "127.0.0.1:7001", "127.0.0.1:7002");
        serving.resolvesOwnership();
        apply(serving, before);
        apply(serving, moving);
        assertThat(serving.current().ownership().values()).containsExactly(SlotOwnership.LOCAL);
    }

    @Test
    void a_destination_that_knows_the_owner_of_moving_slots_holds_no_commands_for_them() {
        String before = "v2 6 NOFLAG c 127.0.0.1:7003 1 0-8000 PEER 127.0.0.1:6001 1 8001-16383";
        String moving = "v2 %d NOFLAG c 127.0.0.1:7003 1 0-8000 127.0.0.1:7003 " + IMPORT + " PEER 127.0.0.1:6001 ";
        TopologyStore serving = store("127.0.0.1:6002", "127.0.0.1:7003", "127.0.0.1:7004");
        serving.resolvesOwnership();
        apply(serving, before);
        apply(serving, moving.formatted(7) + MIGRATION);
        assertThat(serving.current().ownership().values()).containsExactly(SlotOwnership.REMOTE);

        TopologyStore started = store("127.0.0.1:6002", "127.0.0.1:7003", "127.0.0.1:7004");
        started.resolvesOwnership();
        apply(started, moving.formatted(7) + MIGRATION);
        assertThat(started.current().ownership().values()).containsExactly(SlotOwnership.HELD);

        // The slots were moving from elsewhere, and may have arrived there or not.
        TopologyStore other = store("127.0.0.1:6002", "127.0.0.1:7003", "127.0.0.1:7004");
        other.resolvesOwnership();
        apply(other, "v2 6 NOFLAG c 127.0.0.1:7003 1 0-8000 PEER 127.0.0.1:6001 " + MIGRATION);
        apply(other, moving.formatted(8) + MIGRATION);
        assertThat(other.current().ownership().values()).containsExactly(SlotOwnership.HELD);
    }

    @Test
    void an_importing_entry_alone_names_the_source() {
        TopologyStore bystander = store("127.0.0.1:6003");
        apply(bystander, "v2 7 NOFLAG c PEER 127.0.0.1:6002 " + IMPORT);
        assertThat(owner(bystander, 9000)).isEqualTo("MOVED 127.0.0.1:6001");
        assertThat(owner(bystander, 0)).isEqualTo("unserved");
    }

    @Test
    void own_replicas_are_known_by_the_slots_of_their_masters() {
        TopologyStore store = store("127.0.0.1:6001", "127.0.0.1:7001", "127.0.0.1:7002");
        apply(
                store,
                "v2 1 NOFLAG c 127.0.0.1:7001 1 0-8000 PEER 127.0.0.1:6002 1 8001-16383"
                        + " REPLICA 127.0.0.1:7002 127.0.0.1:6001 1 8001-16383 127.0.0.1:7004 127.0.0.1:6002 1 0-8000");
        assertThat(store.current().routes().localReplica(9000).node()).hasToString("127.0.0.1:7002");
        assertThat(store.current().routes().localReplica(1)).isNull();
    }

    @Test
    void rejects_an_older_or_equal_epoch_unless_forced() {
        TopologyStore store = store("127.0.0.1:6001");
        assertThat(apply(store, "v2 5 NOFLAG c 127.0.0.1:7001 1 0-1")).isEqualTo(ApplyResult.APPLIED);
        assertThat(apply(store, "v2 5 NOFLAG c 127.0.0.1:7001 1 0-2")).isEqualTo(ApplyResult.OLD_EPOCH);
        assertThat(apply(store, "v2 4 NOFLAG c 127.0.0.1:7001 1 0-2")).isEqualTo(ApplyResult.OLD_EPOCH);
        assertThat(owner(store, 2)).isEqualTo("unserved");
        assertThat(apply(store, "v2 4 FORCE c 127.0.0.1:7001 1 0-2"))
                .as("an epoch never falls")
                .isEqualTo(ApplyResult.OLD_EPOCH);
        assertThat(owner(store, 2)).isEqualTo("unserved");
        assertThat(apply(store, "v2 5 FORCE c 127.0.0.1:7001 1 0-2")).isEqualTo(ApplyResult.APPLIED);
        assertThat(owner(store, 2)).isEqualTo("127.0.0.1:7001");
        assertThat(store.current().epoch().value()).isEqualTo(5);
    }

    @Test
    void roles_and_slots_of_one_message_become_visible_together() {
        TopologyStore store = store("127.0.0.1:6001");
        List<String> seen = new ArrayList<>();
        store.onChange(topology -> seen.add(
                topology.replication().epoch() + " " + topology.cluster().epoch()));
        assertThat(store.apply(meta(5, 5))).isEqualTo(ApplyResult.APPLIED);
        assertThat(store.apply(meta(5, 5))).isEqualTo(ApplyResult.OLD_EPOCH);
        assertThat(store.apply(meta(5, 6))).as("new slots").isEqualTo(ApplyResult.APPLIED);
        assertThat(store.apply(meta(7, 6))).as("new roles").isEqualTo(ApplyResult.OLD_EPOCH);
        assertThat(seen).containsExactly("5 5", "5 6", "7 6");
    }

    @Test
    void a_message_with_a_part_for_another_proxy_changes_nothing() {
        TopologyStore store = store("127.0.0.1:6001");
        SetMeta foreignRoles =
                SetMeta.parse(words("6 2 NOFLAG master c 127.0.0.2:7001 0 v2 2 NOFLAG c 127.0.0.1:7001 1 0-1"));
        SetMeta foreignSlots =
                SetMeta.parse(words("6 2 NOFLAG master c 127.0.0.1:7001 0 v2 2 NOFLAG c 127.0.0.2:7001 1 0-1"));
        assertThat(store.apply(foreignRoles)).isEqualTo(ApplyResult.NOT_MY_META);
        assertThat(store.apply(foreignSlots)).isEqualTo(ApplyResult.NOT_MY_META);
        assertThat(store.current().epoch().value()).isZero();
        assertThat(store.current().replication().epoch().value()).isZero();
    }

    private static SetMeta meta(int roles, int slots) {
        return SetMeta.parse(words(
                "6 " + roles + " NOFLAG master c 127.0.0.1:7001 0 v2 " + slots + " NOFLAG c 127.0.0.1:7001 1 0-1"));
    }

    @Test
    void the_epochs_of_roles_and_of_slots_are_apart() {
        TopologyStore store = store("127.0.0.1:6001");
        apply(store, "v2 5 NOFLAG c 127.0.0.1:7001 1 0-1");
        SetRepl roles = SetRepl.parse(words("5 NOFLAG master c 127.0.0.1:7001 0"));
        assertThat(store.apply(roles)).isEqualTo(ApplyResult.APPLIED);
        assertThat(store.apply(roles)).isEqualTo(ApplyResult.OLD_EPOCH);
        assertThat(store.current().replication()).isEqualTo(roles);
    }

    @Test
    void rejects_what_is_meant_for_another_proxy() {
        TopologyStore configured = store("127.0.0.1:6001", "127.0.0.1:7001", "127.0.0.1:7002");
        assertThat(apply(configured, "v2 1 NOFLAG c 127.0.0.1:7003 1 0-1")).isEqualTo(ApplyResult.NOT_MY_META);
        TopologyStore byHost = store("127.0.0.1:6001");
        assertThat(apply(byHost, "v2 1 NOFLAG c 127.0.0.2:7001 1 0-1")).isEqualTo(ApplyResult.NOT_MY_META);
        assertThat(byHost.apply(SetRepl.parse(words("1 NOFLAG master c 127.0.0.2:7001 0"))))
                .isEqualTo(ApplyResult.NOT_MY_META);
        assertThat(byHost.current().epoch().value()).isZero();
    }

    @Test
    void listeners_see_each_snapshot_once_it_is_visible() {
        TopologyStore store = store("127.0.0.1:6001");
        List<Long> seen = new ArrayList<>();
        store.onChange(topology -> {
            assertThat(store.current()).isSameAs(topology);
            seen.add(topology.epoch().value());
        });
        apply(store, "v2 1 NOFLAG c 127.0.0.1:7001 1 0-1");
        apply(store, "v2 1 NOFLAG c 127.0.0.1:7001 1 0-1");
        apply(store, "v2 2 NOFLAG c 127.0.0.1:7001 1 0-1");
        assertThat(seen).containsExactly(1L, 2L);
    }

    @Test
    void the_ownership_of_moving_slots_is_set_while_the_metadata_has_them() {
        TopologyStore store = store("127.0.0.1:6001", "127.0.0.1:7001", "127.0.0.1:7002");
        apply(
                store,
                "v2 7 NOFLAG c 127.0.0.1:7001 1 0-8000 127.0.0.1:7001 " + MIGRATION + " PEER 127.0.0.1:6002 " + IMPORT);
        TaggedSlots moving = store.current().ownership().keySet().iterator().next();
        List<String> seen = new ArrayList<>();
        store.onChange(topology -> seen.add(owner(store, 8001)));

        assertThat(store.setOwnership(moving, SlotOwnership.REMOTE)).isTrue();
        assertThat(store.setOwnership(moving, SlotOwnership.REMOTE))
                .as("no change")
                .isTrue();
        assertThat(store.setOwnership(moving, SlotOwnership.LOCAL)).isTrue();
        assertThat(seen).containsExactly("MOVED 127.0.0.1:6002", "127.0.0.1:7001");
        assertThat(store.current().endpoints())
                .extracting(Endpoint::toString)
                .contains("127.0.0.1:6002", "127.0.0.1:7001");

        apply(store, "v2 8 NOFLAG c 127.0.0.1:7001 1 0-8000 PEER 127.0.0.1:6002 1 8001-16383");
        assertThat(store.setOwnership(moving, SlotOwnership.LOCAL)).isFalse();
        assertThat(owner(store, 8001)).isEqualTo("MOVED 127.0.0.1:6002");
    }

    @Test
    void a_migration_keeps_its_ownership_in_later_metadata() {
        String moving =
                "v2 %d NOFLAG c 127.0.0.1:7001 1 0-8000 127.0.0.1:7001 " + MIGRATION + " PEER 127.0.0.1:6002 " + IMPORT;
        TopologyStore store = store("127.0.0.1:6001", "127.0.0.1:7001", "127.0.0.1:7002");
        apply(store, moving.formatted(7));
        store.setOwnership(store.current().ownership().keySet().iterator().next(), SlotOwnership.REMOTE);
        apply(store, moving.formatted(8));
        assertThat(owner(store, 8001)).isEqualTo("MOVED 127.0.0.1:6002");
        store.apply(SetRepl.parse(words("9 NOFLAG master c 127.0.0.1:7001 0")));
        assertThat(owner(store, 8001)).isEqualTo("MOVED 127.0.0.1:6002");
    }

    @Test
    void slots_that_move_between_own_nodes_go_by_the_entry_of_the_source() {
        String meta = " 7 127.0.0.1:6001 127.0.0.1:7001 127.0.0.1:6001 127.0.0.1:7002";
        TopologyStore store = store("127.0.0.1:6001", "127.0.0.1:7001", "127.0.0.1:7002");
        apply(
                store,
                "v2 7 NOFLAG c 127.0.0.1:7001 MIGRATING 1 0-16383" + meta + " 127.0.0.1:7002 IMPORTING 1 0-16383"
                        + meta);
        assertThat(owner(store, 1)).isEqualTo("127.0.0.1:7001");
        store.current().ownership().keySet().forEach(slots -> store.setOwnership(slots, SlotOwnership.REMOTE));
        assertThat(owner(store, 1)).isEqualTo("127.0.0.1:7002");
    }

    @Test
    void slots_that_have_moved_between_own_nodes_are_held_when_their_master_steps_down() {
        String meta = " 7 127.0.0.1:6001 127.0.0.1:7001 127.0.0.1:6001 127.0.0.1:7002";
        TopologyStore store = store("127.0.0.1:6001", "127.0.0.1:7001", "127.0.0.1:7002");
        apply(
                store,
                "v2 7 NOFLAG c 127.0.0.1:7001 MIGRATING 1 0-16383" + meta + " 127.0.0.1:7002 IMPORTING 1 0-16383"
                        + meta);
        store.apply(SetRepl.parse(words("7 NOFLAG master c 127.0.0.1:7001 0 master c 127.0.0.1:7002 0")));
        store.current().ownership().keySet().forEach(slots -> store.setOwnership(slots, SlotOwnership.REMOTE));

        assertThat(store.stepDown(new NodeAddress("127.0.0.1:7002"), new Epoch(8)))
                .isTrue();

        assertThat(store.current().routes().owner(1)).isInstanceOf(Target.Held.class);
    }

    @Test
    void a_source_that_serves_only_a_part_of_the_slots_holds_them_all() {
        for (String served : List.of("8001-16382", "8002-16383", "8001-9000")) {
            TopologyStore store = store("127.0.0.1:6001", "127.0.0.1:7001", "127.0.0.1:7002");
            store.resolvesOwnership();
            apply(store, "v2 6 NOFLAG c 127.0.0.1:7001 1 " + served);
            apply(store, "v2 7 NOFLAG c 127.0.0.1:7001 " + MIGRATION + " PEER 127.0.0.1:6002 " + IMPORT);
            assertThat(store.current().ownership().values()).as(served).containsExactly(SlotOwnership.HELD);
        }
    }

    @Test
    void a_destination_whose_slots_nobody_served_holds_them() {
        for (String served : List.of("8001-16382", "8002-16383")) {
            TopologyStore store = store("127.0.0.1:6002", "127.0.0.1:7003", "127.0.0.1:7004");
            store.resolvesOwnership();
            apply(store, "v2 6 NOFLAG c 127.0.0.1:7003 1 0-8000 PEER 127.0.0.1:6001 1 " + served);
            apply(store, "v2 7 NOFLAG c 127.0.0.1:7003 " + IMPORT + " PEER 127.0.0.1:6001 " + MIGRATION);
            assertThat(store.current().ownership().values()).as(served).containsExactly(SlotOwnership.HELD);
        }
    }

    @Test
    void a_proxy_that_was_replaced_sends_clients_to_the_proxy_of_its_replica() {
        TopologyStore store = store("127.0.0.1:6001", "127.0.0.1:7001", "127.0.0.1:7002");
        store.apply(SetRepl.parse(
                List.of("1", "NOFLAG", "master", "c", "127.0.0.1:7001", "1", "127.0.0.1:7004", "127.0.0.1:6002")));
        apply(store, "v2 1 NOFLAG c 127.0.0.1:7001 1 0-16383");
        apply(store, "v2 2 NOFLAG ");
        assertThat(store.current().formerOwner(1).proxy()).hasToString("127.0.0.1:6002");
    }

    @Test
    void a_proxy_that_leaves_its_cluster_remembers_its_peers_until_it_has_another() {
        TopologyStore store = store("127.0.0.1:6001", "127.0.0.1:7001", "127.0.0.1:7002");
        assertThat(store.current().formerOwner(9000)).isNull();
        apply(store, "v2 1 NOFLAG c 127.0.0.1:7001 1 0-8000 PEER 127.0.0.1:6002 1 8001-16383");
        assertThat(store.current().formerOwner(9000)).isNull();
        for (int epoch = 2; epoch < 4; epoch++) {
            apply(store, "v2 " + epoch + " NOFLAG ");
            assertThat(store.current().formerOwner(9000).proxy()).hasToString("127.0.0.1:6002");
            assertThat(store.current().formerOwner(1)).as("its own slot").isNull();
        }
        apply(store, "v2 4 NOFLAG d 127.0.0.1:7001 1 0-8000");
        assertThat(store.current().formerOwner(9000)).isNull();
        FormerCluster longAgo = new FormerCluster(
                new ClusterName("c"),
                store.current().routes(),
                List.of(),
                Set.of(new ProxyAddress("127.0.0.1:6002")),
                System.nanoTime() - 1);
        assertThat(longAgo.owner(9000)).isNull();
    }

    @Test
    void a_free_proxy_sends_nobody_to_peers_that_have_left_the_cluster_too() {
        TopologyStore store = store("127.0.0.1:6001", "127.0.0.1:7001", "127.0.0.1:7002");
        Set<ProxyAddress> second = Set.of(new ProxyAddress("127.0.0.1:6002"));
        apply(store, "v2 1 NOFLAG c PEER 127.0.0.1:6002 1 0-8000 127.0.0.1:6003 1 8001-16383");
        assertThat(store.current().formerPeers()).isEmpty();
        assertThat(store.current().formerCluster()).isNull();
        Topology before = store.current();
        store.haveLeftFormerCluster(second);
        assertThat(store.current()).isSameAs(before);

        apply(store, "v2 2 NOFLAG ");
        assertThat(store.current().formerCluster()).hasToString("c");
        assertThat(store.current().formerPeers()).hasSize(2);
        store.haveLeftFormerCluster(second);
        assertThat(store.current(Role.REPLICA)).isSameAs(store.current());
        assertThat(store.current().formerOwner(1)).isNull();
        assertThat(store.current().formerOwner(9000).proxy()).hasToString("127.0.0.1:6003");
        apply(store, "v2 3 NOFLAG ");
        assertThat(store.current().formerOwner(1)).as("with later metadata").isNull();
    }

    @Test
    void nodes_are_connected_to_while_the_proxy_belongs_to_a_cluster() {
        TopologyStore store = store("127.0.0.1:6001", "127.0.0.1:7001", "127.0.0.1:7002");
        store.apply(SetRepl.parse(words("1 NOFLAG master c 127.0.0.1:7001 0")));
        assertThat(store.current().endpoints()).isEmpty();
        apply(store, "v2 1 NOFLAG c");
        assertThat(store.current().endpoints()).extracting(Endpoint::toString).containsExactly("127.0.0.1:7001");
    }

    @Test
    void clients_are_served_as_by_a_replica_where_there_is_one() {
        TopologyStore store = store("127.0.0.1:6001", "127.0.0.1:7001", "127.0.0.1:7002");
        String masterAlone = "v2 %d NOFLAG c 127.0.0.1:7001 1 0-8000 PEER 127.0.0.1:6002 1 8001-16383";
        apply(store, masterAlone.formatted(1));
        assertThat(store.current(Role.REPLICA)).isSameAs(store.current());
        assertThat(store.shownRole(Role.REPLICA)).isEqualTo(Role.MASTER);

        apply(store, masterAlone.formatted(2) + " REPLICA 127.0.0.1:7002 127.0.0.1:6001 1 8001-16383");
        assertThat(store.current(Role.MASTER)).isSameAs(store.current());
        assertThat(store.current(Role.REPLICA).role()).isEqualTo(Role.REPLICA);
        assertThat(store.current(Role.REPLICA).routes().owner(9000)).isInstanceOf(Target.Local.class);
        assertThat(store.shownRole(Role.REPLICA)).isEqualTo(Role.REPLICA);
        assertThat(store.shownRole(Role.MASTER)).isEqualTo(Role.MASTER);

        apply(store, masterAlone.formatted(3) + " REPLICA 127.0.0.1:7004 127.0.0.1:6002 1 0-8000");
        assertThat(store.current(Role.REPLICA))
                .as("the replica of another proxy")
                .isSameAs(store.current());

        store.apply(SetRepl.parse(words("4 NOFLAG master c 127.0.0.1:7001 0 replica c 127.0.0.1:7002 0")));
        assertThat(store.current(Role.REPLICA).role()).as("one without slots").isEqualTo(Role.REPLICA);
        assertThat(store.current().nodes()).extracting(NodeAddress::value).containsExactly("127.0.0.1:7001");
        assertThat(store.current(Role.REPLICA).nodes())
                .extracting(NodeAddress::value)
                .containsExactly("127.0.0.1:7002");
    }

    @Test
    void a_proxy_with_replicas_alone_is_shown_as_a_replica_at_both_ports() {
        TopologyStore store = store("127.0.0.1:6001", "127.0.0.1:7001", "127.0.0.1:7002");
        store.apply(SetRepl.parse(words("1 NOFLAG replica c 127.0.0.1:7001 0 replica c 127.0.0.1:7002 0")));
        apply(store, "v2 1 NOFLAG c PEER 127.0.0.1:6002 1 0-16383");
        assertThat(store.shownRole(Role.MASTER)).isEqualTo(Role.REPLICA);
        assertThat(store.shownRole(Role.REPLICA)).isEqualTo(Role.REPLICA);
        store.apply(SetRepl.parse(words("2 NOFLAG master c 127.0.0.1:7001 0 replica c 127.0.0.1:7002 0")));
        assertThat(store.shownRole(Role.MASTER)).isEqualTo(Role.MASTER);
    }

    @Test
    void it_knows_since_when_there_may_be_compressed_values() {
        TopologyStore store = store("127.0.0.1:6001");
        String compressed = "v2 %d NOFLAG c 127.0.0.1:7001 1 0-1 CONFIG compression_strategy allow_all";
        apply(store, "v2 1 NOFLAG c 127.0.0.1:7001 1 0-1");
        long plain = store.current().compressionKnownSinceNanos();
        apply(store, compressed.formatted(2));
        long since = store.current().compressionKnownSinceNanos();
        assertThat(since - plain).isPositive();
        apply(store, compressed.formatted(3));
        assertThat(store.current().compressionKnownSinceNanos()).isEqualTo(since);
    }

    @Test
    void replicas_of_other_proxies_are_told_by_node_or_address() {
        TopologyStore store = store("127.0.0.1:6001", "127.0.0.1:7001");
        apply(
                store,
                "v2 1 NOFLAG c REPLICA 127.0.0.1:7002 127.0.0.1:6001 1 0-1 127.0.0.1:7001 127.0.0.1:9999 1 2-3"
                        + " 127.0.0.1:7004 127.0.0.1:6002 1 4-5");
        assertThat(store.current().cluster().replicas().stream().map(store::isOwn))
                .containsExactly(true, true, false);
    }

    private static TopologyStore store(String self, String... nodes) {
        Set<NodeAddress> own =
                Set.copyOf(List.of(nodes).stream().map(NodeAddress::new).toList());
        ProxyAddress address = new ProxyAddress(self);
        return new TopologyStore(new Self(address, address, own), new Endpoints());
    }

    private static ApplyResult apply(TopologyStore store, String arguments) {
        return store.apply(SetCluster.parse(words(arguments)));
    }

    private static List<String> words(String text) {
        return List.of(text.split(" ", -1));
    }

    private static String owner(TopologyStore store, int slot) {
        Target target = store.current().routes().owner(slot);
        if (target instanceof Target.Local local) {
            return local.node().toString();
        }
        return target instanceof Target.Remote remote ? "MOVED " + remote.proxy() : "unserved";
    }
}
