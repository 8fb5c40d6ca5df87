package io.undermoon.proxy.control.umctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.control.NodeState;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.testing.ControlFixture;
import io.undermoon.slot.SlotRanges;
import io.undermoon.umctl.ClusterChange;
import io.undermoon.umctl.ClusterContent;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UmctlCommandsTest {
    private static final String META = "2 127.0.0.2:5299 127.0.0.2:7001 127.0.0.1:5299 127.0.0.1:7002";
    private static final String IMPORTING = "UMCTL SETCLUSTER v2 2 NOFLAG mydb 127.0.0.1:7002 IMPORTING 1 8001-16383 "
            + META + " PEER 127.0.0.2:5299 1 0-8000 127.0.0.2:5299 MIGRATING 1 8001-16383 " + META;

    private final ControlFixture proxy = new ControlFixture();

    @AfterEach
    void close() {
        proxy.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UMCTL FOO | -Invalid sub command",
                "UMCTL SETCLUSTER v1 1 NOFLAG mydb | -Failed to parse args: InvalidVersion",
                "UMCTL SETCLUSTER v2 x NOFLAG mydb | -Failed to parse args: InvalidArgs",
                "UMCTL SETCLUSTER v2 | -Failed to parse args: InvalidArgs",
                "UMCTL SETCLUSTER v2 1 NOFLAG my:db | -Failed to parse args: InvalidClusterName",
                "UMCTL SETCLUSTER v2 1 NOFLAG mydb 127.0.0.9:7001 1 0-1 | -ERR_NOT_MY_META",
                "UMCTL SETCLUSTER v2 0 NOFLAG mydb | -OLD_EPOCH",
                "UMCTL SETREPL 1 NOFLAG master mydb | -Invalid arguments",
                "UMCTL SETREPL 1 NOFLAG master mydb 127.0.0.9:7001 0 | -ERR_NOT_MY_META",
                "UMCTL SETREPL 0 NOFLAG | -OLD_EPOCH",
                "UMCTL PRECHECK mgr-1.0 mydb | -failed to parse migration switch arguments",
                "UMCTL SLOWLOG | -invalid slowlog sub-command",
                "UMCTL SLOWLOG LEN | -invalid slowlog sub-command",
                "UMCTL DEBUG | -invalid debug sub-command",
                "UMCTL GETEPOCH | :0",
                "UMCTL READY | :0",
                "UMCTL INFOMGR | *0",
                "umctl setcluster v2 1 noflags mydb | +OK",
                "UMCTL SETREPL 1 NOFLAG | +OK",
            })
    void answers_as_the_original(String command, String line) {
        assertThat(proxy.words(command)).isEqualTo(line + "\r\n");
    }

    @Test
    void warns_of_an_invalid_config() {
        assertThat(proxy.words("UMCTL SETCLUSTER v2 1 NOFLAG mydb 127.0.0.1:7001 1 0-1 PEER 127.0.0.2:5299 1 2-3"
                        + " CONFIG compression_strategy nonsense"))
                .isEqualTo("+WARNING: ignored invalid config\r\n");
        assertThat(proxy.words("UMCTL GETEPOCH")).isEqualTo(":1\r\n");
    }

    @Test
    void keeps_epochs_of_cluster_and_replication_apart() {
        assertThat(proxy.words("UMCTL SETREPL 9 NOFLAG")).isEqualTo("+OK\r\n");
        assertThat(proxy.words("UMCTL SETCLUSTER v2 3 NOFLAG mydb")).isEqualTo("+OK\r\n");
        assertThat(proxy.words("UMCTL SETCLUSTER v2 3 NOFLAG mydb")).isEqualTo("-OLD_EPOCH\r\n");
        assertThat(proxy.words("UMCTL SETCLUSTER v2 2 FORCE mydb")).isEqualTo("-OLD_EPOCH\r\n");
        assertThat(proxy.words("UMCTL SETCLUSTER v2 3 FORCE mydb")).isEqualTo("+OK\r\n");
        assertThat(proxy.words("UMCTL GETEPOCH")).isEqualTo(":3\r\n");
    }

    @Test
    void takes_roles_and_slots_in_one_message() {
        assertThat(proxy.words("UMCTL SETMETA 6 9 NOFLAG master mydb 127.0.0.1:7001 0"
                        + " v2 9 NOFLAG mydb 127.0.0.1:7001 1 0-1"))
                .isEqualTo("+OK\r\n");
        assertThat(proxy.words("UMCTL GETEPOCH")).isEqualTo(":9\r\n");
        assertThat(proxy.words("UMCTL SETREPL 9 NOFLAG")).isEqualTo("-OLD_EPOCH\r\n");
        assertThat(proxy.words("UMCTL SETMETA 7 9 NOFLAG v2 10 NOFLAG mydb"))
                .isEqualTo("-Failed to parse args: InvalidArgs\r\n");
        assertThat(proxy.words("UMCTL SETMETA")).isEqualTo("-Failed to parse args: InvalidArgs\r\n");
    }

    @Test
    void takes_what_has_changed_since_the_epoch_that_it_has() {
        ClusterContent first =
                content(8, Map.of(ADDRESS, Map.of(NODE, slots(0, 99)), PEER, Map.of(OTHER, slots(100, 199))));
        ClusterContent second =
                content(9, Map.of(ADDRESS, Map.of(NODE, slots(0, 99)), PEER, Map.of(OTHER, slots(100, 150))));
        ClusterContent third =
                content(10, Map.of(ADDRESS, Map.of(NODE, slots(0, 99)), PEER, Map.of(OTHER, slots(100, 149))));
        String change = ClusterChange.between(first, second).print();
        String roles = "6 8 NOFLAG master mydb " + NODE + " 0 ";
        assertThat(proxy.words("UMCTL SETCHANGE " + ADDRESS + " 0 " + change)).startsWith("-UNKNOWN_BASE ");
        assertThat(proxy.words("UMCTL SETCHANGE " + ADDRESS + " 0 "
                        + ClusterChange.whole(first).print()))
                .as("without roles")
                .isEqualTo("-Failed to parse args: InvalidArgs\r\n");
        assertThat(proxy.words("UMCTL SETCHANGE " + ADDRESS + " " + roles
                        + ClusterChange.whole(first).print()))
                .isEqualTo("+OK\r\n");
        assertThat(proxy.words("UMCTL SETCHANGE " + ADDRESS + " 0 " + change)).isEqualTo("+OK\r\n");
        assertThat(proxy.words("UMCTL GETEPOCH")).isEqualTo(":9\r\n");
        assertThat(proxy.call("UMCTL", "INFO").toString()).contains("1 100-150").doesNotContain("1 100-199");
        assertThat(proxy.call("UMCTL", "INFOREPL").toString())
                .contains("role:master")
                .contains(NODE.value());
        assertThat(proxy.words("UMCTL SETCHANGE " + ADDRESS + " 0 " + change)).isEqualTo("-OLD_EPOCH\r\n");

        proxy.words("UMCTL SETCLUSTER v2 9 FORCE mydb " + NODE + " 1 0-98 PEER " + PEER + " 1 100-150");
        assertThat(proxy.words("UMCTL SETCHANGE " + ADDRESS + " 0 "
                        + ClusterChange.between(second, third).print()))
                .as("an epoch with another content")
                .startsWith("-UNKNOWN_BASE ");
        assertThat(proxy.words("UMCTL GETEPOCH")).isEqualTo(":9\r\n");
        assertThat(proxy.words("UMCTL SETCHANGE")).isEqualTo("-Failed to parse args: InvalidArgs\r\n");
    }

    private static final ProxyAddress ADDRESS = new ProxyAddress("127.0.0.1:5299");
    private static final ProxyAddress PEER = new ProxyAddress("127.0.0.2:5299");
    private static final NodeAddress NODE = new NodeAddress("127.0.0.1:7001");
    private static final NodeAddress OTHER = new NodeAddress("127.0.0.2:7001");

    private static ClusterContent content(long epoch, Map<ProxyAddress, Map<NodeAddress, List<TaggedSlots>>> masters) {
        return new ClusterContent(new ClusterName("mydb"), new Epoch(epoch), masters, Map.of(), ClusterConfig.DEFAULT);
    }

    private static List<TaggedSlots> slots(int first, int last) {
        return List.of(TaggedSlots.stable(SlotRanges.of(first, last)));
    }

    @Test
    void lists_its_cluster() {
        assertThat(proxy.words("UMCTL LISTCLUSTER")).isEqualTo("*1\r\n$0\r\n\r\n");
        proxy.words("UMCTL SETCLUSTER v2 1 NOFLAG mydb");
        assertThat(proxy.words("UMCTL LISTCLUSTER")).isEqualTo("*1\r\n$4\r\nmydb\r\n");
    }

    @Test
    void is_ready_with_stable_slots() {
        proxy.words("UMCTL SETCLUSTER v2 1 NOFLAG mydb 127.0.0.1:7001 MIGRATING 1 0-1"
                + " 1 127.0.0.1:5299 127.0.0.1:7001 127.0.0.2:5299 127.0.0.2:7002");
        assertThat(proxy.words("UMCTL READY")).isEqualTo(":0\r\n");
        proxy.words("UMCTL SETCLUSTER v2 2 NOFLAG mydb 127.0.0.1:7001 1 0-1");
        assertThat(proxy.words("UMCTL READY")).isEqualTo(":1\r\n");
    }

    @Test
    void is_ready_with_importing_slots() {
        proxy.words(IMPORTING);
        assertThat(proxy.words("UMCTL READY")).isEqualTo(":1\r\n");
    }

    @Test
    void is_ready_with_replicas_only() {
        proxy.words("UMCTL SETREPL 1 NOFLAG replica mydb 127.0.0.1:7003 1 127.0.0.2:7002 127.0.0.2:5299");
        assertThat(proxy.words("UMCTL READY")).isEqualTo(":1\r\n");
        proxy.words("UMCTL SETREPL 2 NOFLAG replica mydb 127.0.0.1:7003 1 127.0.0.2:7002 127.0.0.2:5299"
                + " master mydb 127.0.0.1:7001 0");
        assertThat(proxy.words("UMCTL READY")).isEqualTo(":0\r\n");
    }

    @Test
    void inforepl_lists_masters_first() {
        proxy.words("UMCTL SETREPL 2 NOFLAG replica mydb 127.0.0.1:7003 1 127.0.0.2:7002 127.0.0.2:5299"
                + " master mydb 127.0.0.1:7001 1 127.0.0.2:7004 127.0.0.2:5299");
        assertThat(proxy.words("UMCTL INFOREPL"))
                .isEqualTo("*2\r\n"
                        + "*4\r\n$13\r\ncluster:mydb\n\r\n$12\r\nrole:master\n\r\n$28\r\n"
                        + "node_address:127.0.0.1:7001\n\r\n"
                        + "$38\r\nreplica:127.0.0.2:7004@127.0.0.2:5299\n\r\n"
                        + "*4\r\n$13\r\ncluster:mydb\n\r\n$13\r\nrole:replica\n\r\n$28\r\n"
                        + "node_address:127.0.0.1:7003\n\r\n"
                        + "$37\r\nmaster:127.0.0.2:7002@127.0.0.2:5299\n\r\n");
    }

    @Test
    void info_shows_all_metadata() {
        proxy.words(IMPORTING);
        assertThat(proxy.call("UMCTL", "INFO")
                        .toString()
                        .replace("Bulk", "")
                        .replace("Array[items=", "")
                        .replace("]", ""))
                .isEqualTo("[[Cluster, [[mydb, [local, [[name: mydb, [epoch: 2, [nodes:, "
                        + "[[127.0.0.1:7002, [[[2, [src_proxy: 127.0.0.2:5299, [src_node: 127.0.0.2:7001, "
                        + "[dst_proxy: 127.0.0.1:5299, [dst_node: 127.0.0.1:7002, [1 8001-16383, "
                        + "[peer, [[peers:, [[127.0.0.2:5299, [[[1 0-8000, [[2, [src_proxy: 127.0.0.2:5299, "
                        + "[src_node: 127.0.0.2:7001, [dst_proxy: 127.0.0.1:5299, [dst_node: 127.0.0.1:7002, "
                        + "[1 8001-16383, [Replication, [, [Migration, [[name: mydb, "
                        + "[1 8001-16383 127.0.0.2:7001 -> 127.0.0.1:7002 PRE_CHECK");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mgr-1.0 mydb MIGRATING 1 8001-16383 9 127.0.0.2:5299 127.0.0.2:7001 127.0.0.1:5299 127.0.0.1:7002"
                        + " | NOT_READY_FOR_SWITCHING",
                "mgr-1.0 mydb MIGRATING 1 8000-16383 " + META + " | TASK_NOT_FOUND",
                "mgr-1.0 other MIGRATING 1 8001-16383 " + META + " | TASK_NOT_FOUND",
                "mgr-1.0 mydb IMPORTING 1 8001-16383 " + META + " | Invalid Arg",
                "mgr-0.2 mydb MIGRATING 1 8001-16383 " + META + " | switch failed: IncompatibleVersion",
            })
    void refuses_a_handshake_about_a_migration_it_does_not_take_part_in(String handshake, String error) {
        proxy.words(IMPORTING);
        for (String step : List.of("PRECHECK", "preswitch", "FINALSWITCH")) {
            assertThat(proxy.words("UMCTL " + step + " " + handshake)).isEqualTo("-" + error + "\r\n");
        }
    }

    @Test
    void nodes_shows_the_node_states() {
        proxy.nodeStates.add(new NodeState(
                new NodeAddress("127.0.0.1:7001"), Role.MASTER, true, 12, "none", 345, "", 3, "outdated", true));
        proxy.nodeStates.add(new NodeState(
                new NodeAddress("127.0.0.1:7002"),
                Role.REPLICA,
                false,
                6000,
                "down",
                0,
                "127.0.0.1:7009",
                -1,
                "none",
                true));
        proxy.nodeStates.add(new NodeState(
                new NodeAddress("127.0.0.1:7003"), Role.MASTER, false, true, 9, "none", 0, "", -1, "none", true));
        assertThat(proxy.words("UMCTL NODES"))
                .isEqualTo("*3\r\n"
                        + "*9\r\n$14\r\n127.0.0.1:7001\r\n$6\r\nmaster\r\n$2\r\nup\r\n$2\r\n12\r\n$4\r\nnone\r\n"
                        + "$3\r\n345\r\n$0\r\n\r\n$1\r\n3\r\n$8\r\noutdated\r\n"
                        + "*9\r\n$14\r\n127.0.0.1:7002\r\n$7\r\nreplica\r\n$4\r\ndown\r\n$4\r\n6000\r\n$4\r\ndown\r\n"
                        + "$1\r\n0\r\n$14\r\n127.0.0.1:7009\r\n$2\r\n-1\r\n$4\r\nnone\r\n"
                        + "*9\r\n$14\r\n127.0.0.1:7003\r\n$6\r\nmaster\r\n$7\r\nrefused\r\n$1\r\n9\r\n$4\r\nnone\r\n"
                        + "$1\r\n0\r\n$0\r\n\r\n$2\r\n-1\r\n$4\r\nnone\r\n");
    }

    @Test
    void nodes_shows_a_replica_that_is_too_far_behind_to_become_master() {
        proxy.nodeStates.add(new NodeState(
                new NodeAddress("127.0.0.1:7002"),
                Role.REPLICA,
                true,
                9,
                "up",
                10,
                "127.0.0.1:7009",
                -1,
                "none",
                false));
        assertThat(proxy.words("UMCTL NODES")).contains("behind");
    }

    @Test
    void shows_slow_commands_in_ten_lines() {
        CommandFrame frame = CommandFrame.of(List.of("GET", "foo"));
        proxy.slowLog.end(proxy.slowLog.begin(frame, proxy.client), 60_000_000);
        assertThat(proxy.call("UMCTL", "SLOWLOG", "GET").toString())
                .contains("session_id: 1]", "created: 20", "wait_done: 60000000]", "command: GET foo]");
        assertThat(proxy.words("UMCTL SLOWLOG GET 0")).isEqualTo("*0\r\n");
        assertThat(proxy.words("UMCTL SLOWLOG RESET")).isEqualTo("+OK\r\n");
        assertThat(proxy.words("UMCTL SLOWLOG GET x")).isEqualTo("*0\r\n");
    }

    @Test
    void lists_sessions_as_the_futures_of_the_original() {
        assertThat(proxy.call("UMCTL", "DEBUG", "FUTURE").toString())
                .containsPattern("Bulk\\[1 \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d session 127.0.0.1:40001]");
    }

    @Test
    void stats_shows_counters() {
        assertThat(proxy.words("UMCTL STATS"))
                .startsWith("*" + (2 + Counter.values().length) + "\r\n$11\r\n# Migration\r\n")
                .contains("\r\nmoved: 0\r\n");
    }

    @Test
    void shutdown_ends_the_process() {
        assertThat(proxy.words("UMCTL SHUTDOWN")).isEqualTo("+OK\r\n");
        assertThat(proxy.shutdowns).hasValue(1);
    }
}
