package io.undermoon.proxy.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.proxy.replication.NodeRun.Answer;
import io.undermoon.proxy.replication.RoleKeeping.Action;
import io.undermoon.resp.RespValue;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a run of a master may serve, and what counts as a copy of the run before. */
class NodeRunTest {
    private static final NodeAddress NODE = new NodeAddress("10.0.0.1:7001");
    private static final WantedRole REPLICA = WantedRole.replicaOf(new NodeAddress("10.0.0.2:7001"));

    private static InfoReport master(String run, String... lines) {
        return InfoReport.parse("role:master\nrun_id:" + run + "\nmaster_replid:history-of-" + run
                + "\nmaster_repl_offset:500\n" + String.join("\n", lines));
    }

    private static InfoReport replica(String history, long offset, String... lines) {
        return InfoReport.parse("role:slave\nrun_id:other\nmaster_host:10.0.0.1\nmaster_port:7001\nmaster_replid:"
                + history + "\nslave_repl_offset:" + offset + "\n" + String.join("\n", lines));
    }

    private static final String FOLLOWED = "slave0:ip=10.0.0.2,port=7001,state=online,offset=400,lag=1";

    private static RoleKeeping ordered() {
        return RoleKeeping.START.ordered(WantedRole.MASTER, false);
    }

    private static RoleKeeping serving(String run, String... lines) {
        return ordered().reported(master(run, lines), 1).markRead(true).reported(master(run, lines), 1);
    }

    @Test
    void a_new_run_is_asked_about_before_it_serves() {
        RoleKeeping first = ordered().reported(master("a"), 1);
        assertThat(first.action()).isEqualTo(Action.READ_MARK);
        assertThat(first.run().mayServe()).isFalse();
        assertThat(first.run().restart()).isEqualTo(Restart.CHECKING);

        RoleKeeping unmarked = first.markRead(false);
        assertThat(unmarked.action()).isEqualTo(Action.ASK_COPIES);
        RoleKeeping cleared = unmarked.copiesAsked(Answer.NOTHING);
        assertThat(cleared.run().mayServe()).isTrue();
        assertThat(cleared.run().restart()).as("nobody knows of a run before").isEqualTo(Restart.NONE);
        RoleKeeping next = cleared.reported(master("a"), 1);
        assertThat(next.action()).isEqualTo(Action.MARK);
        assertThat(next.marked().action()).isEqualTo(Action.WAIT);
    }

    @Test
    void a_marked_run_serves_and_is_marked_again_only_while_no_replica_follows() {
        assertThat(serving("a", FOLLOWED).action()).isEqualTo(Action.WAIT);
        assertThat(serving("a").action()).isEqualTo(Action.MARK);
    }

    /** As a replica it has let nobody in. */
    @Test
    void a_master_that_was_a_replica_in_between_is_marked_again() {
        RoleKeeping again = serving("a", FOLLOWED).ordered(REPLICA, false).ordered(WantedRole.MASTER, false);
        assertThat(again.reported(master("a", FOLLOWED), 1).action()).isEqualTo(Action.MARK);
    }

    @Test
    void a_master_that_restarts_is_outdated_while_its_replica_has_more() {
        RoleKeeping back = serving("a", FOLLOWED).due().reported(master("b"), 1);
        assertThat(back.run().mayServe()).isFalse();
        RoleKeeping outdated = back.markRead(false).copiesAsked(Answer.NEWER);
        assertThat(outdated.action()).isEqualTo(Action.WAIT);
        assertThat(outdated.run().restart()).isEqualTo(Restart.OUTDATED);
        assertThat(outdated.ordered(WantedRole.MASTER, false).run().restart())
                .as("the same metadata again changes nothing")
                .isEqualTo(Restart.OUTDATED);

        RoleKeeping silent =
                outdated.due().reported(master("b"), 1).markRead(false).copiesAsked(Answer.UNKNOWN);
        assertThat(silent.run().restart()).as("the replica still has it").isEqualTo(Restart.OUTDATED);
        RoleKeeping gone = silent.due().reported(master("b"), 1).markRead(false).copiesAsked(Answer.NOTHING);
        assertThat(gone.run().mayServe()).isTrue();
        assertThat(gone.run().restart()).isEqualTo(Restart.ACCEPTED);
        assertThat(gone.reported(master("b"), 1).run().restart()).isEqualTo(Restart.ACCEPTED);
    }

    /** The former replica still has more, and may come back. */
    @Test
    void an_outdated_master_does_not_serve_because_another_replica_has_nothing() {
        RoleKeeping outdated =
                serving("a", FOLLOWED).reported(master("b"), 1).markRead(false).copiesAsked(Answer.NEWER);
        RoleKeeping other = outdated.ordered(WantedRole.MASTER, true);
        assertThat(other.run().restart()).isEqualTo(Restart.UNSEEN);
        RoleKeeping asked = other.reported(master("b"), 1).markRead(false).copiesAsked(Answer.NOTHING);
        assertThat(asked.run().restart()).isEqualTo(Restart.UNSEEN);
        assertThat(asked.run().mayServe()).isFalse();
        assertThat(asked.action()).isEqualTo(Action.WAIT);
    }

    @Test
    void an_outdated_master_becomes_a_replica_at_once() {
        RoleKeeping outdated =
                serving("a", FOLLOWED).reported(master("b"), 1).markRead(false).copiesAsked(Answer.NEWER);
        RoleKeeping demoted = outdated.ordered(REPLICA, false);
        assertThat(demoted.run().restart()).isEqualTo(Restart.NONE);
        assertThat(demoted.reported(master("b"), 1).action()).isEqualTo(Action.APPLY);
    }

    @Test
    void a_replica_that_has_followed_is_promoted_without_questions() {
        RoleKeeping promoted = ordered().reported(replica("h", 100, "master_link_down_since_seconds:3"), 1);
        assertThat(promoted.action()).isEqualTo(Action.APPLY);
        assertThat(promoted.run().mayServe()).isTrue();
        assertThat(ordered()
                        .reported(replica("h", 0, "master_link_down_since_seconds:-1"), 1)
                        .action())
                .as("it has restarted, and its configuration says whose replica it is")
                .isEqualTo(Action.READ_MARK);
        assertThat(ordered()
                        .reported(replica("h", 0, "master_link_down_since_seconds:1764360000"), 1)
                        .action())
                .as("likewise, in the words of servers before Redis 7")
                .isEqualTo(Action.READ_MARK);
    }

    @Test
    void a_run_that_began_while_the_node_was_free_may_serve() {
        RoleKeeping free = RoleKeeping.START.ordered(null, false).reported(master("a"), 1);
        assertThat(free.ordered(WantedRole.MASTER, false)
                        .reported(master("a"), 1)
                        .run()
                        .mayServe())
                .isTrue();
        RoleKeeping unknown = RoleKeeping.START.reported(master("a"), 1);
        assertThat(unknown.ordered(WantedRole.MASTER, false)
                        .reported(master("a"), 1)
                        .run()
                        .mayServe())
                .as("the proxy has just started")
                .isFalse();
    }

    @Test
    void a_copy_has_the_history_and_all_that_was_acknowledged() {
        Mastership before = Mastership.of(master("a", FOLLOWED), 1);
        assertThat(before.isKeptBy(replica("history-of-a", 400))).isTrue();
        assertThat(before.isKeptBy(replica("history-of-a", 399)))
                .as("restarted from an older file")
                .isFalse();
        assertThat(before.isKeptBy(replica("history-of-b", 500)))
                .as("follows the new run")
                .isFalse();
        assertThat(before.isKeptBy(master("c", "master_replid2:history-of-a")))
                .as("promoted already")
                .isTrue();
        assertThat(before.isKeptBy(replica("history-of-b", 500, "master_replid2:history-of-a")))
                .as("continues with the new run")
                .isFalse();
        Mastership ofTwo =
                Mastership.of(master("a", FOLLOWED, "slave1:ip=10.0.0.3,port=7001,state=online,offset=450,lag=0"), 2);
        assertThat(ofTwo.isKeptBy(replica("history-of-a", 400)))
                .as("a hot spare that has got more does not make the replica outdated")
                .isTrue();
        Mastership ofOther = Mastership.of(
                master(
                        "a",
                        FOLLOWED.replace("lag=1", "lag=7"),
                        "slave1:ip=10.0.0.3,port=7001,state=online,offset=450,lag=0"),
                1);
        assertThat(ofOther.isKeptBy(replica("history-of-a", 400)))
                .as("it was cut off and replaced, and has missed what the other one got")
                .isFalse();
        for (String line : List.of(
                "connected_slaves:0",
                "slave0:ip=10.0.0.2,port=7001,state=send_bulk,offset=400,lag=1",
                "slave0:ip=10.0.0.2,port=7001,state=online,offset=400,lag=11")) {
            assertThat(Mastership.of(master("a", line), 1).isKeptBy(replica("history-of-a", 500)))
                    .as(line)
                    .isFalse();
        }
    }

    @Test
    void without_having_seen_the_run_before_a_replica_counts_that_has_been_connected() {
        InfoReport now = master("b");
        String wasConnected = "master_link_down_since_seconds:2";
        assertThat(Mastership.isUnseenOneKeptBy(NODE, now, replica("history-of-a", 400, wasConnected)))
                .isTrue();
        assertThat(Mastership.isUnseenOneKeptBy(NODE, now, replica("history-of-a", 400, "master_link_status:up")))
                .as("it has not noticed the restart")
                .isTrue();
        assertThat(Mastership.isUnseenOneKeptBy(NODE, now, replica("history-of-b", 400, "master_link_status:up")))
                .as("it follows this run")
                .isFalse();
        assertThat(Mastership.isUnseenOneKeptBy(NODE, now, replica("history-of-a", 0, wasConnected)))
                .as("it was about to copy everything")
                .isFalse();
        assertThat(Mastership.isUnseenOneKeptBy(
                        NODE, now, replica("history-of-a", 400, "master_link_down_since_seconds:-1")))
                .as("it has restarted")
                .isFalse();
        assertThat(Mastership.isUnseenOneKeptBy(
                        new NodeAddress("10.0.0.9:7001"), now, replica("history-of-a", 400, wasConnected)))
                .as("it is a replica of another master")
                .isFalse();
    }

    @Test
    void the_user_names_the_run_in_the_form_of_each_version() {
        RespValue text = new RespValue.Array(List.of(bulk("keys"), bulk("~undermoon:run:abc"), bulk("channels")));
        RespValue array = new RespValue.Array(
                List.of(bulk("keys"), new RespValue.Array(List.of(bulk("undermoon:run:abc"))), bulk("channels")));
        for (RespValue reply : List.of(text, array)) {
            assertThat(ReplicationUser.names("abc", reply)).isTrue();
            assertThat(ReplicationUser.names("abd", reply)).isFalse();
        }
        assertThat(ReplicationUser.names("abc", RespValue.Null.BULK)).isFalse();
        ReplicationUser user = ReplicationUser.of("proxy", "secret", null);
        assertThat(user.toSetUser("abc"))
                .contains("~undermoon:run:abc", "+psync")
                .noneMatch(argument -> argument.contains(user.password()) || argument.contains("secret"));
        assertThat(user).isNotEqualTo(ReplicationUser.of("proxy", "other", null));
        List<String> hashes = user.toSetUser("abc").stream()
                .filter(argument -> argument.startsWith("#"))
                .toList();
        RespValue known = new RespValue.Array(List.of(
                bulk("flags"),
                new RespValue.Array(List.of(bulk("on"))),
                bulk("passwords"),
                new RespValue.Array(List.of(bulk(hashes.get(0).substring(1))))));
        assertThat(user.hasPasswords(known)).isTrue();
        assertThat(ReplicationUser.of("proxy", "secret", "other").hasPasswords(known))
                .isFalse();
        assertThat(user.hasPasswords(RespValue.Null.BULK)).isFalse();
        assertThat(ReplicationUser.of("proxy", "secret", "other").toSetUser("abc"))
                .as("while a password is replaced replicas of both kinds are let in")
                .containsAll(user.toSetUser("abc"))
                .filteredOn(argument -> argument.startsWith("#"))
                .hasSize(2);
    }

    private static RespValue bulk(String text) {
        return new RespValue.Bulk(text);
    }
}
