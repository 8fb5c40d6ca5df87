package io.undermoon.proxy.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.route.Target;
import io.undermoon.umctl.SetCluster;
import io.undermoon.umctl.SetMeta;
import io.undermoon.umctl.SetRepl;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The proxy at 6001 has the node 7001, whose role changes; its counterpart is 7003 behind the proxy at 6002. */
class RoleChangesTest {
    private static final NodeAddress NODE = new NodeAddress("127.0.0.1:7001");
    private static final String PEER = " 1 127.0.0.1:7003 127.0.0.1:6002";
    private static final String MASTER = "master c 127.0.0.1:7001" + PEER;
    private static final String REPLICA = "replica c 127.0.0.1:7001" + PEER;
    private static final String OWN_SLOTS = "c 127.0.0.1:7001 1 0-16383";
    private static final String PEERS_SLOTS = "c PEER 127.0.0.1:6002 1 0-16383";
    private static final String SERVED = "served";
    private static final String REFUSED = "refused";
    private static final String HELD = "held for 127.0.0.1:7001";
    private static final String HELD_FOR_PEER = "held for 127.0.0.1:6002";
    private static final String MOVED = "moved to 127.0.0.1:6002";

    private final TopologyStore store = new TopologyStore(
            new Self(new ProxyAddress("127.0.0.1:6001"), new ProxyAddress("127.0.0.1:6001"), Set.of(NODE)),
            new Endpoints());

    RoleChangesTest() {
        store.changesRoles();
    }

    @Test
    void a_master_from_the_beginning_serves_at_once() {
        tell(1, MASTER, OWN_SLOTS);
        assertThat(shown()).isEqualTo(SERVED);
    }

    @Test
    void commands_wait_until_a_replica_has_become_master() {
        tell(1, REPLICA, PEERS_SLOTS);
        assertThat(shown()).isEqualTo(MOVED);
        tell(2, MASTER, OWN_SLOTS);
        assertThat(shown()).isEqualTo(HELD);
        tell(3, MASTER, OWN_SLOTS);
        assertThat(shown()).as("also with later metadata").isEqualTo(HELD);

        store.refuseHeld(NODE);
        assertThat(shown()).isEqualTo(REFUSED);
        store.hasRisen(NODE);
        assertThat(shown()).isEqualTo(SERVED);
        Topology settled = store.current();
        store.hasRisen(NODE);
        store.hasLeft(NODE);
        store.refuseHeld(NODE);
        assertThat(store.current()).as("nothing to do").isSameAs(settled);
    }

    @Test
    void a_master_that_becomes_a_replica_again_does_not_rise_any_more() {
        tell(1, REPLICA, PEERS_SLOTS);
        tell(2, MASTER, OWN_SLOTS);
        store.hasRisen(NODE);
        tell(3, REPLICA, PEERS_SLOTS);
        assertThat(shown()).isEqualTo(HELD_FOR_PEER);
        tell(4, MASTER, OWN_SLOTS);
        assertThat(shown()).isEqualTo(HELD);
    }

    @Test
    void commands_wait_until_the_successor_of_a_master_is_one() {
        tell(1, MASTER, OWN_SLOTS);
        tell(2, REPLICA, PEERS_SLOTS);
        assertThat(shown()).isEqualTo(HELD_FOR_PEER);
        tell(3, REPLICA, PEERS_SLOTS);
        assertThat(shown()).as("also with later metadata").isEqualTo(HELD_FOR_PEER);
        store.hasRisen(NODE);
        assertThat(shown()).as("about another change").isEqualTo(HELD_FOR_PEER);
        store.hasLeft(NODE);
        assertThat(shown()).isEqualTo(MOVED);
    }

    @Test
    void clients_are_redirected_to_a_successor_that_takes_too_long() {
        tell(1, MASTER, OWN_SLOTS);
        tell(2, REPLICA, PEERS_SLOTS);
        store.refuseHeld(NODE);
        assertThat(shown()).isEqualTo(MOVED);
    }

    /** The slots of the metadata are still those of before: nobody would serve them. */
    @Test
    void commands_wait_for_the_message_with_the_slots_when_it_comes_after_that_with_the_roles() {
        tell(1, MASTER, OWN_SLOTS);
        store.apply(roles(2, REPLICA));
        assertThat(shown()).isEqualTo(HELD_FOR_PEER);
        store.hasLeft(NODE);
        assertThat(shown()).isEqualTo(HELD_FOR_PEER);
        store.apply(slots(2, PEERS_SLOTS));
        assertThat(shown()).isEqualTo(MOVED);
    }

    @Test
    void a_replica_that_was_no_master_holds_nothing() {
        tell(1, REPLICA, OWN_SLOTS);
        tell(2, REPLICA, PEERS_SLOTS);
        assertThat(shown()).isEqualTo(MOVED);
        tell(3, MASTER, "c PEER 127.0.0.1:6002 1 0-16383 127.0.0.1:7001 0");
        store.hasRisen(NODE);
        tell(4, REPLICA, PEERS_SLOTS);
        assertThat(shown()).as("without slots").isEqualTo(MOVED);
        tell(5, MASTER, OWN_SLOTS);
        store.hasRisen(NODE);
        tell(6, "replica c 127.0.0.1:7001 0", PEERS_SLOTS);
        assertThat(shown()).as("without a successor").isEqualTo(MOVED);
    }

    @Test
    void a_master_that_steps_down_is_held_until_there_is_the_metadata() {
        tell(1, MASTER, OWN_SLOTS);
        assertThat(store.stepDown(NODE, new Epoch(1))).as("no later epoch").isFalse();
        assertThat(store.stepDown(new NodeAddress("127.0.0.1:7003"), new Epoch(5)))
                .isFalse();
        assertThat(store.steppedDown()).isEmpty();
        assertThat(shown()).isEqualTo(SERVED);

        assertThat(store.stepDown(NODE, new Epoch(5))).isTrue();
        assertThat(shown()).isEqualTo(HELD);
        assertThat(store.steppedDown()).containsExactly(NODE);
        tell(4, MASTER, OWN_SLOTS);
        assertThat(shown()).as("not yet that metadata").isEqualTo(HELD);
        tell(5, MASTER, OWN_SLOTS);
        assertThat(shown()).as("it is master in that metadata").isEqualTo(SERVED);
        assertThat(store.steppedDown()).isEmpty();
    }

    @Test
    void the_highest_epoch_for_which_a_master_has_stepped_down_counts() {
        tell(1, MASTER, OWN_SLOTS);
        store.stepDown(NODE, new Epoch(5));
        assertThat(store.stepDown(NODE, new Epoch(4))).isTrue();
        tell(4, MASTER, OWN_SLOTS);
        assertThat(shown()).isEqualTo(HELD);
        store.stepDown(NODE, new Epoch(6));
        store.refuseSteppedDown(NODE, new Epoch(5));
        assertThat(shown()).as("of the former one").isEqualTo(HELD);
        store.refuseSteppedDown(NODE, new Epoch(6));
        assertThat(shown()).isEqualTo(REFUSED);
        assertThat(store.steppedDown()).as("it serves as little").containsExactly(NODE);
        tell(6, REPLICA, PEERS_SLOTS);
        assertThat(store.steppedDown()).isEmpty();
        assertThat(shown()).isEqualTo(HELD_FOR_PEER);
    }

    @Test
    void a_replica_does_not_step_down() {
        tell(1, REPLICA, PEERS_SLOTS);
        assertThat(store.stepDown(NODE, new Epoch(5))).isFalse();
    }

    private String shown() {
        Target target = store.current().routes().owner(5);
        if (target instanceof Target.Held held) {
            return held.refuses()
                    ? REFUSED
                    : held.settled() instanceof Target.Remote peer
                            ? "held for " + peer.proxy()
                            : "held for " + ((Target.Local) held.settled()).node();
        }
        return target instanceof Target.Remote peer ? "moved to " + peer.proxy() : SERVED;
    }

    private void tell(int epoch, String roles, String slots) {
        assertThat(store.apply(new SetMeta(roles(epoch, roles), slots(epoch, slots), false)))
                .isEqualTo(ApplyResult.APPLIED);
    }

    private static SetRepl roles(int epoch, String roles) {
        return SetRepl.parse(List.of((epoch + " NOFLAG " + roles).split(" ")));
    }

    private static SetCluster slots(int epoch, String slots) {
        return SetCluster.parse(List.of(("v2 " + epoch + " NOFLAG " + slots).split(" ")));
    }
}
