package io.undermoon.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class TargetTest {
    private final Endpoints endpoints = new Endpoints();
    private final Target.Local node = node("127.0.0.1:7001");
    private final Target.Local otherNode = node("127.0.0.1:7002");
    private final Target.Remote peer = Target.Remote.of(new ProxyAddress("127.0.0.1:6002"), endpoints);
    private final Target.Remote otherPeer = Target.Remote.of(new ProxyAddress("127.0.0.1:6003"), endpoints);

    @Test
    void one_path_is_one_node_or_one_set_of_connections_to_a_peer() {
        assertThat(Target.isSamePath(node, node("127.0.0.1:7001"))).isTrue();
        assertThat(Target.isSamePath(node, new Target.Slowed(node("127.0.0.1:7001"), false)))
                .isTrue();
        assertThat(Target.isSamePath(peer, peer.afterHandover())).isTrue();
        assertThat(Target.isSamePath(Target.UNSERVED, Target.UNSERVED)).isTrue();

        assertThat(Target.isSamePath(node, otherNode)).isFalse();
        assertThat(Target.isSamePath(new Target.Slowed(node, false), new Target.Slowed(otherNode, false)))
                .isFalse();
        assertThat(Target.isSamePath(node, peer)).isFalse();
        assertThat(Target.isSamePath(peer, node)).isFalse();
        assertThat(Target.isSamePath(peer, otherPeer)).isFalse();
        assertThat(Target.isSamePath(peer, peer.forMoving(endpoints))).isFalse();
        assertThat(Target.isSamePath(Target.UNSERVED, new Target.Held(Target.UNSERVED, false)))
                .isFalse();
        assertThat(Target.isSamePath(node, new Target.Held(node, false))).isFalse();
    }

    @Test
    void a_peer_has_connections_for_each_number_of_hops_and_others_for_slots_that_move() {
        Target.Remote moving = peer.forMoving(endpoints);
        assertThat(moving.isForMoving()).isTrue();
        assertThat(peer.isForMoving()).isFalse();
        for (Target.Remote target : List.of(peer, moving)) {
            assertThat(target.byHopsLeft()).hasSize(Target.MAX_HOPS_LEFT + 1).doesNotHaveDuplicates();
            for (int hops = 0; hops <= Target.MAX_HOPS_LEFT; hops++) {
                assertThat(target.endpoint(hops).hopsLeft()).isEqualTo(hops);
                assertThat(target.endpoint(hops).base()).isSameAs(peer.endpoint(hops));
            }
        }
    }

    @Test
    void what_is_held_was_settled_before() {
        assertThat(new Target.Held(new Target.Slowed(node, false), true).settled())
                .isSameAs(node);
        assertThat(new Target.Held(new Target.Held(peer, true), false).settled())
                .isSameAs(peer);
        assertThat(Target.UNSERVED.settled()).isSameAs(Target.UNSERVED);
    }

    private Target.Local node(String address) {
        return new Target.Local(endpoints.redis(address));
    }
}
