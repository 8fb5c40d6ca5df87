package io.undermoon.proxy.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.Role;
import io.undermoon.umctl.SetRepl;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LeaseClaimsTest {
    private static final Epoch EPOCH = new Epoch(7);
    private static final ProxyAddress A = new ProxyAddress("10.0.0.1:5299");
    private static final ProxyAddress B = new ProxyAddress("10.0.0.2:5299");
    private static final NodeAddress MASTER = new NodeAddress("10.0.0.1:7001");
    private static final NodeAddress REPLICA = new NodeAddress("10.0.0.1:7002");
    private static final NodeAddress MASTER_OF_B = new NodeAddress("10.0.0.2:7001");
    private static final NodeAddress REPLICA_OF_B = new NodeAddress("10.0.0.2:7002");

    private static final SetRepl ROLES_OF_A =
            roles(entry(Role.MASTER, MASTER, REPLICA_OF_B, B), entry(Role.REPLICA, REPLICA, MASTER_OF_B, B));
    private static final SetRepl ROLES_OF_B =
            roles(entry(Role.MASTER, MASTER_OF_B, REPLICA, A), entry(Role.REPLICA, REPLICA_OF_B, MASTER, A));

    @Test
    void a_proxy_claims_its_masters_before_those_who_have_their_replicas() {
        LeaseClaims claims = LeaseClaims.of(EPOCH, ROLES_OF_A, Set.of());
        assertThat(claims.masters()).containsExactly(MASTER);
        assertThat(claims.byPartner()).isEqualTo(Map.of(B, Set.of(MASTER)));
        assertThat(LeaseClaims.agree(ROLES_OF_B, A, Set.of(MASTER))).isTrue();
    }

    @Test
    void a_master_that_was_given_up_is_not_claimed_any_more() {
        LeaseClaims claims = LeaseClaims.of(EPOCH, ROLES_OF_A, Set.of(MASTER));
        assertThat(claims.masters()).isEmpty();
        assertThat(claims.byPartner()).isEqualTo(Map.of(B, Set.of()));
    }

    @Test
    void a_partner_that_has_taken_over_agrees_only_to_what_is_left() {
        SetRepl after = roles(entry(Role.MASTER, MASTER_OF_B, REPLICA, A), entry(Role.MASTER, REPLICA_OF_B, MASTER, A));
        assertThat(LeaseClaims.agree(after, A, Set.of(MASTER))).isFalse();
        assertThat(LeaseClaims.agree(after, A, Set.of())).isTrue();
        assertThat(LeaseClaims.agree(roles(), A, Set.of())).isFalse();
        assertThat(LeaseClaims.agree(ROLES_OF_B, A, Set.of(MASTER, REPLICA))).isFalse();
    }

    @Test
    void a_hot_spare_has_no_say_as_it_takes_nothing_over() {
        ProxyAddress spare = new ProxyAddress("10.0.0.3:5299");
        SetRepl roles = roles(
                new SetRepl.Entry(
                        Role.MASTER,
                        new ClusterName("demo"),
                        MASTER,
                        List.of(new ReplPeer(REPLICA_OF_B, B), new ReplPeer(new NodeAddress("10.0.0.3:7001"), spare))),
                entry(Role.REPLICA, REPLICA, MASTER_OF_B, B));
        LeaseClaims claims = LeaseClaims.of(EPOCH, roles, Set.of());
        assertThat(claims.byPartner()).isEqualTo(Map.of(B, Set.of(MASTER)));
        assertThat(claims.grantedBy(Map.of(B, new Moment(1, 1)))).isPresent();
        assertThat(LeaseClaims.agree(roles, spare, Set.of()))
                .as("it is promised that it may serve reads")
                .isTrue();
    }

    /** As a hot spare has. */
    @Test
    void all_whose_masters_are_followed_have_to_promise_and_the_earliest_counts() {
        LeaseClaims claims = LeaseClaims.of(
                EPOCH,
                roles(
                        entry(Role.REPLICA, new NodeAddress("10.0.0.3:7001"), MASTER, A),
                        entry(Role.REPLICA, new NodeAddress("10.0.0.3:7002"), MASTER_OF_B, B)),
                Set.of());
        Moment early = new Moment(1, 1);
        Moment late = new Moment(2, 2);
        assertThat(claims.grantedBy(Map.of(B, late))).isEmpty();
        assertThat(claims.grantedBy(Map.of(B, late, A, early))).contains(early);
    }

    @Test
    void a_master_without_a_replica_is_not_for_partners_to_grant() {
        LeaseClaims claims = LeaseClaims.of(
                EPOCH,
                roles(
                        entry(Role.REPLICA, REPLICA, MASTER_OF_B, B),
                        new SetRepl.Entry(Role.MASTER, new ClusterName("demo"), MASTER, List.of())),
                Set.of());
        assertThat(claims.grantedBy(Map.of(B, new Moment(1, 1)))).isEmpty();
        assertThat(LeaseClaims.NONE.grantedBy(Map.of())).isEmpty();
    }

    @Test
    void a_token_is_read_as_it_was_printed() {
        LeaseToken token = new LeaseToken(5, new Moment(-3, 1_700_000_000_000L));
        assertThat(LeaseToken.parse(token.toString())).contains(token);
        for (String text : List.of("", "1:2", "1:2:3:4", "1:2:x", "99999999999999999999:1:1")) {
            assertThat(LeaseToken.parse(text)).as(text).isEmpty();
        }
    }

    private static SetRepl roles(SetRepl.Entry... entries) {
        return new SetRepl(EPOCH, false, List.of(entries));
    }

    private static SetRepl.Entry entry(Role role, NodeAddress node, NodeAddress peer, ProxyAddress peerProxy) {
        return new SetRepl.Entry(role, new ClusterName("demo"), node, List.of(new ReplPeer(peer, peerProxy)));
    }
}
