package io.undermoon.proxy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.replication.RoleKeeping.Action;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RoleKeepingTest {
    private static final WantedRole REPLICA = WantedRole.replicaOf(new NodeAddress("10.0.0.1:7001"));
    private static final InfoReport IS_MASTER = InfoReport.parse("role:master");
    private static final InfoReport IS_REPLICA = replica("10.0.0.1", true, false);

    private static InfoReport replica(String master, boolean linkUp, boolean loading) {
        return InfoReport.parse(String.join(
                "\n",
                "role:slave",
                "master_host:" + master,
                "master_port:7001",
                "master_link_status:" + (linkUp ? "up" : "down"),
                "loading:" + (loading ? 1 : 0)));
    }

    private static RoleKeeping keeping(WantedRole wanted, String verb, int setbacks, Action action) {
        return new RoleKeeping(wanted, verb, setbacks, action, NodeRun.UNKNOWN);
    }

    @Test
    void only_asks_before_any_order() {
        assertThat(RoleKeeping.START.reported(IS_REPLICA, 1)).isEqualTo(RoleKeeping.START);
        assertThat(RoleKeeping.START.reported(IS_MASTER, 1).action()).isEqualTo(Action.WAIT);
        assertThat(RoleKeeping.START.due().action()).isEqualTo(Action.ASK);
    }

    @Test
    void gives_a_role_and_verifies_it() {
        RoleKeeping ordered = RoleKeeping.START.ordered(REPLICA, false);
        assertThat(ordered.action()).isEqualTo(Action.ASK);
        RoleKeeping applied = ordered.reported(IS_MASTER, 1);
        assertThat(applied).isEqualTo(keeping(REPLICA, "REPLICAOF", 0, Action.APPLY));
        RoleKeeping accepted = applied.accepted();
        assertThat(accepted.action()).isEqualTo(Action.VERIFY);
        assertThat(accepted.reported(IS_REPLICA, 1)).isEqualTo(keeping(REPLICA, "REPLICAOF", 0, Action.WAIT));
    }

    @Test
    void leaves_a_node_alone_that_has_its_role() {
        assertThat(RoleKeeping.START
                        .ordered(REPLICA, false)
                        .reported(IS_REPLICA, 1)
                        .action())
                .isEqualTo(Action.WAIT);
        assertThat(RoleKeeping.START
                        .ordered(WantedRole.MASTER, false)
                        .reported(IS_MASTER, 1)
                        .action())
                .isEqualTo(Action.WAIT);
    }

    @Test
    void renews_credentials_but_not_the_role_of_a_replica_without_link() {
        RoleKeeping ordered = RoleKeeping.START.ordered(REPLICA, false);

        RoleKeeping step = ordered.reported(replica("10.0.0.1", false, false), 1);

        assertThat(step.action()).isEqualTo(Action.SEND_CREDENTIALS);
        assertThat(step.authorized()).isEqualTo(keeping(REPLICA, "REPLICAOF", 0, Action.WAIT));
    }

    @Test
    void moves_a_replica_to_another_master() {
        RoleKeeping step = RoleKeeping.START.ordered(REPLICA, false).reported(replica("10.0.0.2", true, false), 1);

        assertThat(step.action()).isEqualTo(Action.APPLY);
    }

    @Test
    void falls_back_to_the_older_command_once() {
        RoleKeeping applied = RoleKeeping.START.ordered(REPLICA, false).reported(IS_MASTER, 1);

        RoleKeeping older = applied.refused("ERR unknown command `REPLICAOF`, with args beginning with:");
        assertThat(older).isEqualTo(keeping(REPLICA, "SLAVEOF", 0, Action.APPLY));
        RoleKeeping refused = older.refused("ERR unknown command `SLAVEOF`");
        assertThat(refused).isEqualTo(keeping(REPLICA, "SLAVEOF", 1, Action.WAIT));
    }

    @Test
    void tries_the_newer_command_again_after_a_failure() {
        RoleKeeping older = keeping(REPLICA, "SLAVEOF", 0, Action.APPLY);

        assertThat(older.failed().reported(IS_MASTER, 1)).isEqualTo(keeping(REPLICA, "REPLICAOF", 1, Action.APPLY));
    }

    @Test
    void waits_longer_after_each_setback_and_recovers() {
        RoleKeeping state = RoleKeeping.START.ordered(REPLICA, false);
        for (int i = 1; i <= 20; i++) {
            RoleKeeping failed = state.due().failed();
            assertThat(failed).isEqualTo(keeping(REPLICA, "REPLICAOF", i, Action.WAIT));
            state = failed;
        }

        assertThat(state.reported(IS_REPLICA, 1).setbacks()).isZero();
        ReplicationSettings settings = new ReplicationSettings(Duration.ofSeconds(1), null, null, null);
        assertThat(settings.waitMillis(0)).isEqualTo(1000);
        assertThat(settings.waitMillis(1)).isEqualTo(100);
        assertThat(settings.waitMillis(2)).isEqualTo(200);
        assertThat(settings.waitMillis(1000)).isEqualTo(1000);
    }

    @Test
    void waits_when_an_accepted_role_shows_no_effect() {
        RoleKeeping accepted =
                RoleKeeping.START.ordered(REPLICA, false).reported(IS_MASTER, 1).accepted();

        RoleKeeping step = accepted.reported(IS_MASTER, 1);

        assertThat(step).isEqualTo(keeping(REPLICA, "REPLICAOF", 1, Action.WAIT));
        assertThat(step.due().reported(IS_MASTER, 1).action()).isEqualTo(Action.APPLY);
    }

    @Test
    void waits_for_a_loading_node() {
        RoleKeeping ordered = RoleKeeping.START.ordered(REPLICA, false);

        assertThat(ordered.reported(replica("10.0.0.2", false, true), 1))
                .isEqualTo(keeping(REPLICA, "REPLICAOF", 1, Action.WAIT));
    }

    @Test
    void a_new_order_forgets_what_the_old_one_was_doing() {
        RoleKeeping busy =
                RoleKeeping.START.ordered(REPLICA, false).reported(IS_MASTER, 1).accepted();

        RoleKeeping ordered = busy.ordered(WantedRole.MASTER, false);

        assertThat(ordered).isEqualTo(RoleKeeping.START.ordered(WantedRole.MASTER, false));
    }

    /** After any events a role is applied only when the node has reported another one. */
    @Test
    void never_applies_a_role_the_node_has() {
        for (long seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            RoleKeeping state = RoleKeeping.START;
            for (int i = 0; i < 100; i++) {
                InfoReport report = random.nextBoolean() ? IS_MASTER : IS_REPLICA;
                RoleKeeping step = switch (random.nextInt(5)) {
                    case 0 -> state.ordered(random.nextBoolean() ? REPLICA : WantedRole.MASTER, random.nextBoolean());
                    case 1 -> state.due();
                    case 2 -> state.failed();
                    case 3 -> state.accepted();
                    default -> {
                        RoleKeeping reported = state.reported(report, 1);
                        WantedRole wanted = state.wanted();
                        boolean met = wanted == null || wanted.isMetBy(report);
                        assertThat(met && reported.action() == Action.APPLY)
                                .as("seed %d", seed)
                                .isFalse();
                        yield reported;
                    }
                };
                state = step;
            }
        }
    }
}
