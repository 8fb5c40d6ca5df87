package io.undermoon.proxy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.replication.RoleKeeping.Step;
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

    @Test
    void only_looks_while_nobody_told_a_role() {
        Step step = RoleKeeping.START.reported(IS_REPLICA);

        assertThat(step).isEqualTo(new Step(RoleKeeping.START, new Action.Rest(0)));
        assertThat(RoleKeeping.START.reported(IS_MASTER).action()).isEqualTo(new Action.Rest(0));
        assertThat(RoleKeeping.START.due().action()).isEqualTo(new Action.Ask());
    }

    @Test
    void gives_a_role_and_verifies_it() {
        Step told = RoleKeeping.START.told(REPLICA);
        assertThat(told.action()).isEqualTo(new Action.Ask());
        Step applied = told.next().reported(IS_MASTER);
        assertThat(applied.action()).isEqualTo(new Action.Apply(REPLICA, "REPLICAOF"));
        Step accepted = applied.next().accepted();
        assertThat(accepted.action()).isEqualTo(new Action.Ask());
        assertThat(accepted.next().reported(IS_REPLICA).action()).isEqualTo(new Action.Rest(0));
    }

    @Test
    void leaves_a_node_alone_that_has_its_role() {
        assertThat(RoleKeeping.START.told(REPLICA).next().reported(IS_REPLICA).action())
                .isEqualTo(new Action.Rest(0));
        assertThat(RoleKeeping.START
                        .told(WantedRole.MASTER)
                        .next()
                        .reported(IS_MASTER)
                        .action())
                .isEqualTo(new Action.Rest(0));
    }

    @Test
    void renews_credentials_but_not_the_role_of_a_replica_without_link() {
        RoleKeeping told = RoleKeeping.START.told(REPLICA).next();

        Step step = told.reported(replica("10.0.0.1", false, false));

        assertThat(step.action()).isEqualTo(new Action.Authorize());
        assertThat(step.next().authorized().action()).isEqualTo(new Action.Rest(0));
    }

    @Test
    void moves_a_replica_to_another_master() {
        Step step = RoleKeeping.START.told(REPLICA).next().reported(replica("10.0.0.2", true, false));

        assertThat(step.action()).isEqualTo(new Action.Apply(REPLICA, "REPLICAOF"));
    }

    @Test
    void falls_back_to_the_older_word_once() {
        Step applied = RoleKeeping.START.told(REPLICA).next().reported(IS_MASTER);

        Step older = applied.next().refused("ERR unknown command `REPLICAOF`, with args beginning with:");
        assertThat(older.action()).isEqualTo(new Action.Apply(REPLICA, "SLAVEOF"));
        Step refused = older.next().refused("ERR unknown command `SLAVEOF`");
        assertThat(refused.action()).isEqualTo(new Action.Rest(1));
    }

    @Test
    void tries_the_newer_word_again_after_a_failure() {
        RoleKeeping older = new RoleKeeping(REPLICA, "SLAVEOF", false, 0);

        assertThat(older.failed().next().reported(IS_MASTER).action())
                .isEqualTo(new Action.Apply(REPLICA, "REPLICAOF"));
    }

    @Test
    void rests_longer_after_each_setback_and_recovers() {
        RoleKeeping state = RoleKeeping.START.told(REPLICA).next();
        for (int i = 1; i <= 20; i++) {
            Step failed = state.due().next().failed();
            assertThat(failed.action()).isEqualTo(new Action.Rest(i));
            state = failed.next();
        }

        assertThat(state.reported(IS_REPLICA).next().setbacks()).isZero();
        ReplicationSettings settings = new ReplicationSettings(Duration.ofSeconds(1), null, null);
        assertThat(settings.restMillis(0)).isEqualTo(1000);
        assertThat(settings.restMillis(1)).isEqualTo(100);
        assertThat(settings.restMillis(2)).isEqualTo(200);
        assertThat(settings.restMillis(1000)).isEqualTo(1000);
    }

    @Test
    void rests_when_an_accepted_role_shows_no_effect() {
        Step accepted = RoleKeeping.START
                .told(REPLICA)
                .next()
                .reported(IS_MASTER)
                .next()
                .accepted();

        Step step = accepted.next().reported(IS_MASTER);

        assertThat(step.action()).isEqualTo(new Action.Rest(1));
        assertThat(step.next().reported(IS_MASTER).action()).isEqualTo(new Action.Apply(REPLICA, "REPLICAOF"));
    }

    @Test
    void waits_for_a_loading_node() {
        RoleKeeping told = RoleKeeping.START.told(REPLICA).next();

        assertThat(told.reported(replica("10.0.0.2", false, true)).action()).isEqualTo(new Action.Rest(1));
    }

    @Test
    void a_new_order_forgets_what_the_old_one_was_doing() {
        RoleKeeping busy = RoleKeeping.START
                .told(REPLICA)
                .next()
                .reported(IS_MASTER)
                .next()
                .accepted()
                .next();

        Step told = busy.told(WantedRole.MASTER);

        assertThat(told).isEqualTo(RoleKeeping.START.told(WantedRole.MASTER));
    }

    /** Whatever happens, a role is ordered only after the node has said that it has another one. */
    @Test
    void never_orders_a_role_the_node_has() {
        for (long seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            RoleKeeping state = RoleKeeping.START;
            for (int i = 0; i < 100; i++) {
                InfoReport report = random.nextBoolean() ? IS_MASTER : IS_REPLICA;
                Step step = switch (random.nextInt(5)) {
                    case 0 -> state.told(random.nextBoolean() ? REPLICA : WantedRole.MASTER);
                    case 1 -> state.due();
                    case 2 -> state.failed();
                    case 3 -> state.accepted();
                    default -> {
                        Step reported = state.reported(report);
                        WantedRole wanted = state.wanted();
                        boolean met = wanted == null || wanted.isMetBy(report);
                        assertThat(met && reported.action() instanceof Action.Apply)
                                .as("seed %d", seed)
                                .isFalse();
                        yield reported;
                    }
                };
                state = step.next();
            }
        }
    }
}
