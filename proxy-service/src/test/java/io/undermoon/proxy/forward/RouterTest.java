package io.undermoon.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.command.Keys;
import io.undermoon.proxy.command.NodeCommands;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.route.Route;
import io.undermoon.proxy.route.Target;
import io.undermoon.proxy.session.SessionSettings;
import io.undermoon.proxy.topology.Self;
import io.undermoon.proxy.topology.SlotOwnership;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.RespValue;
import io.undermoon.umctl.SetCluster;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A proxy at 6001 with the master 7001 and the replica 7002 of a master behind the proxy at 6002. Slots 0-99 are its
 * own, 100-199 the other proxy's, 200-299 move to that one, and 300 on belong to nobody.
 */
class RouterTest {
    private static final int OWN = 5;
    private static final int PEERS = 150;
    private static final int MOVING = 250;
    private static final int NOBODYS = 300;
    private static final String META = " 7 127.0.0.1:6001 127.0.0.1:7001 127.0.0.1:6002 127.0.0.1:7003";
    private static final String CLUSTER =
            "v2 7 NOFLAG c 127.0.0.1:7001 1 0-99 127.0.0.1:7001 MIGRATING 1 200-299" + META
                    + " PEER 127.0.0.1:6002 1 100-199 127.0.0.1:6002 IMPORTING 1 200-299" + META
                    + " REPLICA 127.0.0.1:7002 127.0.0.1:6001 1 100-199 127.0.0.1:7002 127.0.0.1:6001 1 0-0";

    private final CommandCatalog commands = new CommandCatalog();
    private final TopologyStore store = store();
    private final Command get = command("GET");
    private final Command set = command("SET");
    private final Command mget = command("MGET");
    private final Command eval = command("EVAL");
    private final Router redirecting = router(false, true, "");
    private final Router forwarding = router(true, true, "");

    @Test
    void own_slots_are_served_and_others_redirected_or_forwarded() {
        apply(CLUSTER);
        for (Router router : List.of(redirecting, forwarding)) {
            assertThat(shown(router.route(now(), set, OWN, false))).isEqualTo("node 127.0.0.1:7001");
            assertThat(shown(router.route(now(), set, NOBODYS, false))).isEqualTo("CLUSTERDOWN Hash slot not served");
        }
        assertThat(shown(redirecting.route(now(), get, PEERS, false))).isEqualTo("MOVED 127.0.0.1:6002");
        assertThat(shown(forwarding.route(now(), get, PEERS, false))).isEqualTo("peer 127.0.0.1:6002");
    }

    @Test
    void commands_for_slots_that_move_follow_their_ownership() {
        apply(CLUSTER);
        for (Router router : List.of(redirecting, forwarding)) {
            own(SlotOwnership.LOCAL);
            assertThat(shown(router.route(now(), set, MOVING, false))).isEqualTo("node 127.0.0.1:7001");
            assertThat(Router.isHeld(now(), MOVING)).isFalse();

            own(SlotOwnership.SLOWED);
            assertThat(router.route(now(), set, MOVING, false)).isSameAs(Route.HOLD);
            assertThat(router.route(now(), eval, MOVING, false)).isSameAs(Route.HOLD);
            assertThat(shown(router.route(now(), get, MOVING, false))).isEqualTo("node 127.0.0.1:7001");
            assertThat(shown(router.routeToChannel(now(), MOVING))).isEqualTo("node 127.0.0.1:7001");
            assertThat(shown(router.routeToSubscribe(now(), MOVING))).isEqualTo("node 127.0.0.1:7001");
            assertThat(Router.isHeld(now(), MOVING)).isTrue();

            own(SlotOwnership.HELD);
            assertThat(router.route(now(), set, MOVING, false)).isSameAs(Route.HOLD);
            assertThat(router.route(now(), get, MOVING, false)).isSameAs(Route.HOLD);
            assertThat(router.routeToChannel(now(), MOVING)).isSameAs(Route.HOLD);
            assertThat(shown(router.routeToSubscribe(now(), MOVING))).isEqualTo("node 127.0.0.1:7001");
            assertThat(Router.isHeld(now(), MOVING)).isTrue();

            own(SlotOwnership.REFUSED);
            assertThat(shown(router.route(now(), get, MOVING, false))).startsWith("TRYAGAIN ");
            assertThat(shown(router.routeToChannel(now(), MOVING))).startsWith("TRYAGAIN ");
            assertThat(shown(router.routeToSubscribe(now(), MOVING))).isEqualTo("node 127.0.0.1:7001");
            assertThat(Router.isHeld(now(), MOVING)).isFalse();

            own(SlotOwnership.REMOTE);
            assertThat(shown(router.route(now(), get, MOVING, false)))
                    .isEqualTo(router == forwarding ? "peer 127.0.0.1:6002" : "MOVED 127.0.0.1:6002");
            assertThat(Router.isHeld(now(), MOVING)).isFalse();
        }
    }

    @Test
    void nobody_begins_to_watch_keys_of_slots_that_are_about_to_be_switched() {
        apply(CLUSTER);
        for (SlotOwnership ownership : SlotOwnership.values()) {
            own(ownership);
            assertThat(Router.holdsWatches(now(), MOVING))
                    .as(ownership.name())
                    .isEqualTo(ownership == SlotOwnership.SETTLING);
            assertThat(Router.holdsWatches(now(), OWN)).isFalse();
            assertThat(Router.holdsWatches(now(), Keys.NO_KEY)).isFalse();
        }
    }

    /** A script may write to other keys than it names. */
    @Test
    void scripts_wait_while_their_node_hands_other_slots_over() {
        apply(CLUSTER);
        for (SlotOwnership ownership : SlotOwnership.values()) {
            own(ownership);
            boolean isHeld = ownership == SlotOwnership.HELD;
            for (Router router : List.of(redirecting, forwarding)) {
                Route route = router.route(now(), eval, OWN, false);
                assertThat(shown(route))
                        .as(ownership.name())
                        .isEqualTo(isHeld ? shown(Route.HOLD) : "node 127.0.0.1:7001");
                assertThat(shown(router.route(now(), set, OWN, false))).isEqualTo("node 127.0.0.1:7001");
                assertThat(shown(router.route(now(), command("EVAL_RO"), OWN, false)))
                        .isEqualTo("node 127.0.0.1:7001");
            }
            assertThat(Router.holdsScripts(now(), OWN)).isEqualTo(isHeld);
            assertThat(Router.holdsScripts(now(), PEERS)).isFalse();
        }
    }

    @Test
    void commands_without_one_slot() {
        apply(CLUSTER);
        commands.learn(NodeCommands.of(new RespValue.Array(List.of(moduleCommand("json.get")))));
        Command ofModule = command("json.get");
        for (Router router : List.of(redirecting, forwarding)) {
            assertThat(router.route(now(), eval, Keys.NO_KEY, false)).isSameAs(Route.ANY_NODE);
            assertThat(router.route(now(), eval, Keys.MALFORMED, false)).isSameAs(Route.ANY_NODE);
            assertThat(router.route(now(), ofModule, Keys.NO_KEY, false)).isSameAs(Route.ANY_NODE);
            assertThat(router.route(now(), ofModule, Keys.MALFORMED, false)).isInstanceOf(Route.Refuse.class);
            assertThat(shown(router.route(now(), set, Keys.CROSS_SLOT, false))).startsWith("CROSSSLOT ");
            assertThat(shown(router.routeToOwner(now(), mget, Keys.CROSS_SLOT, false)))
                    .startsWith("CROSSSLOT ");
            assertThat(router.routeToOwner(now(), eval, Keys.NO_KEY, false)).isInstanceOf(Route.Refuse.class);
        }
        assertThat(shown(redirecting.route(now(), mget, Keys.CROSS_SLOT, false)))
                .startsWith("CROSSSLOT ");
        assertThat(forwarding.route(now(), mget, Keys.CROSS_SLOT, false)).isSameAs(Route.SPLIT);
        assertThat(shown(forwarding.route(store.current(Role.REPLICA), mget, Keys.CROSS_SLOT, false)))
                .as("a replica splits nothing")
                .startsWith("CROSSSLOT ");
    }

    @Test
    void who_accepts_it_reads_from_a_replica_that_may_be_read() {
        apply(CLUSTER);
        for (boolean active : List.of(false, true)) {
            String peer = active ? "peer 127.0.0.1:6002" : "MOVED 127.0.0.1:6002";
            Router readable = router(active, true, "");
            Router tooFarBehind = router(active, false, "");
            assertThat(shown(readable.route(now(), get, PEERS, true))).isEqualTo("node 127.0.0.1:7002");
            assertThat(shown(tooFarBehind.route(now(), get, PEERS, true))).isEqualTo(peer);
            assertThat(shown(readable.route(now(), get, PEERS, false))).isEqualTo(peer);
            assertThat(shown(readable.route(now(), set, PEERS, true))).isEqualTo(peer);
            assertThat(shown(readable.route(now(), get, 0, true)))
                    .as("the master is here, too")
                    .isEqualTo("node 127.0.0.1:7001");
            assertThat(shown(readable.route(now(), get, NOBODYS, true))).isEqualTo("CLUSTERDOWN Hash slot not served");
            assertThat(readable.route(now(), get, Keys.NO_KEY, true)).isSameAs(Route.ANY_NODE);
        }
    }

    @Test
    void at_the_port_for_replicas_it_does_as_a_replica_does() {
        apply(CLUSTER);
        Topology asReplica = store.current(Role.REPLICA);
        for (boolean active : List.of(false, true)) {
            Router readable = router(active, true, "");
            Router tooFarBehind = router(active, false, "");
            String master = "MOVED 127.0.0.1:6002";
            assertThat(shown(readable.route(asReplica, get, PEERS, true))).isEqualTo("node 127.0.0.1:7002");
            assertThat(shown(readable.route(asReplica, eval, PEERS, true)))
                    .as("the node refuses it if it writes")
                    .isEqualTo("node 127.0.0.1:7002");
            assertThat(shown(readable.route(asReplica, set, PEERS, true))).isEqualTo(master);
            assertThat(shown(readable.route(asReplica, get, PEERS, false))).isEqualTo(master);
            assertThat(shown(tooFarBehind.route(asReplica, get, PEERS, true))).isEqualTo(master);
            assertThat(shown(readable.route(asReplica, get, OWN, true)))
                    .as("the own master is found at the other port")
                    .isEqualTo("MOVED 127.0.0.1:6001");
            assertThat(shown(readable.route(asReplica, get, NOBODYS, true)))
                    .isEqualTo("CLUSTERDOWN Hash slot not served");
        }
    }

    @Test
    void channels_are_published_at_their_owner_without_redirection() {
        apply(CLUSTER);
        for (Router router : List.of(redirecting, forwarding)) {
            assertThat(shown(router.routeToChannel(now(), OWN))).isEqualTo("node 127.0.0.1:7001");
            assertThat(shown(router.routeToChannel(now(), PEERS))).isEqualTo("peer 127.0.0.1:6002");
            assertThat(shown(router.routeToSubscribe(now(), PEERS))).isEqualTo("peer 127.0.0.1:6002");
            assertThat(shown(router.routeToSubscribe(now(), NOBODYS))).isEqualTo("CLUSTERDOWN Hash slot not served");
        }
    }

    @Test
    void a_proxy_without_a_cluster_sends_clients_to_its_former_peers_and_then_to_the_named_address() {
        Router toAddress = router(true, true, "127.0.0.1:9000");
        for (int slot : new int[] {OWN, PEERS, Keys.NO_KEY}) {
            assertThat(shown(forwarding.route(now(), get, slot, false)))
                    .startsWith("CLUSTERDOWN this proxy belongs to");
        }
        assertThat(shown(toAddress.route(now(), get, OWN, false))).isEqualTo("MOVED 127.0.0.1:9000");
        assertThat(shown(toAddress.route(now(), get, 0, false))).isEqualTo("MOVED 127.0.0.1:9000");
        assertThat(shown(toAddress.route(now(), eval, Keys.NO_KEY, false))).startsWith("CLUSTERDOWN ");
        assertThat(shown(toAddress.routeToChannel(now(), OWN))).isEqualTo("MOVED 127.0.0.1:9000");
        assertThat(shown(toAddress.routeToSubscribe(now(), OWN))).isEqualTo("MOVED 127.0.0.1:9000");

        apply(CLUSTER);
        apply("v2 8 NOFLAG ");
        assertThat(shown(toAddress.route(now(), get, PEERS, false))).isEqualTo("MOVED 127.0.0.1:6002");
        assertThat(shown(forwarding.route(now(), get, PEERS, false))).isEqualTo("MOVED 127.0.0.1:6002");
        assertThat(shown(toAddress.route(now(), get, OWN, false))).isEqualTo("MOVED 127.0.0.1:9000");
        assertThat(shown(toAddress.route(now(), eval, Keys.NO_KEY, false))).startsWith("CLUSTERDOWN ");
    }

    private Topology now() {
        return store.current();
    }

    private void own(SlotOwnership ownership) {
        TaggedSlots moving = now().ownership().keySet().iterator().next();
        assertThat(store.setOwnership(moving, ownership)).isTrue();
    }

    private void apply(String arguments) {
        store.apply(SetCluster.parse(List.of(arguments.split(" ", -1))));
    }

    private static TopologyStore store() {
        ProxyAddress address = new ProxyAddress("127.0.0.1:6001");
        Set<NodeAddress> nodes = Set.of(new NodeAddress("127.0.0.1:7001"), new NodeAddress("127.0.0.1:7002"));
        return new TopologyStore(new Self(address, address, nodes), new Endpoints());
    }

    private Command command(String name) {
        Command found = commands.current().find(name);
        assertThat(found).as(name).isNotNull();
        return found;
    }

    private static RespValue moduleCommand(String name) {
        return new RespValue.Array(List.of(
                new RespValue.Bulk(name),
                new RespValue.Int(-2),
                new RespValue.Array(List.of(new RespValue.Simple("readonly"), new RespValue.Simple("module"))),
                new RespValue.Int(1),
                new RespValue.Int(1),
                new RespValue.Int(1)));
    }

    private static Router router(boolean activeRedirection, boolean readable, String redirectUnassigned) {
        return new Router(
                replica -> readable, new SessionSettings(activeRedirection, 2, 100, false, redirectUnassigned, 0));
    }

    private static String shown(Route route) {
        if (route instanceof Target.Local local) {
            return "node " + local.node();
        }
        if (route instanceof Target.Remote remote) {
            return "peer " + remote.proxy();
        }
        if (route instanceof Route.Redirect redirect) {
            return "MOVED " + redirect.peer().proxy();
        }
        return route instanceof Route.Refuse refuse ? refuse.error() : route.toString();
    }
}
