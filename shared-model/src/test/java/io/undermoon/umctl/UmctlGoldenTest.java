package io.undermoon.umctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.json.Json;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.ReplicaNode;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.SlotState;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.slot.SlotRange;
import io.undermoon.slot.SlotRanges;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Messages of the original, word by word. */
class UmctlGoldenTest {
    private static final MigrationMeta META = new MigrationMeta(
            new Epoch(2),
            new ProxyAddress("127.0.0.1:6001"),
            new NodeAddress("127.0.0.1:7001"),
            new ProxyAddress("127.0.0.1:6002"),
            new NodeAddress("127.0.0.1:7002"));
    private static final SlotRanges MOVING = SlotRanges.of(8001, 16383);
    private static final String META_TEXT = "2 127.0.0.1:6001 127.0.0.1:7001 127.0.0.1:6002 127.0.0.1:7002";

    @Test
    void set_cluster_with_a_migration() {
        SetCluster message = SetCluster.parse(words("v2 2 NOFLAG mydb 127.0.0.1:7001 1 0-8000"
                + " 127.0.0.1:7001 MIGRATING 1 8001-16383 " + META_TEXT
                + " PEER 127.0.0.1:6002 IMPORTING 1 8001-16383 " + META_TEXT
                + " CONFIG migration_scan_interval 500"));
        assertThat(message)
                .isEqualTo(new SetCluster(
                        new Epoch(2),
                        false,
                        new ClusterName("mydb"),
                        Map.of(
                                new NodeAddress("127.0.0.1:7001"),
                                List.of(
                                        TaggedSlots.stable(SlotRanges.of(0, 8000)),
                                        new TaggedSlots(MOVING, new SlotState.Migrating(META)))),
                        Map.of(
                                new ProxyAddress("127.0.0.1:6002"),
                                List.of(new TaggedSlots(MOVING, new SlotState.Importing(META)))),
                        List.of(),
                        ClusterConfig.DEFAULT,
                        false));
        assertThat(String.join(" ", message.toCommand()))
                .isEqualTo("UMCTL SETCLUSTER v2 2 NOFLAG mydb 127.0.0.1:7001 1 0-8000"
                        + " 127.0.0.1:7001 MIGRATING 1 8001-16383 " + META_TEXT
                        + " PEER 127.0.0.1:6002 IMPORTING 1 8001-16383 " + META_TEXT
                        + " CONFIG compression_strategy disabled migration_max_migration_time 10800"
                        + " migration_max_blocking_time 10000 migration_scan_interval 500 migration_scan_count 16");
    }

    @Test
    void set_repl() {
        String text = "2 NOFLAG master mydb 127.0.0.1:7001 1 127.0.0.1:7004 127.0.0.1:6002"
                + " replica mydb 127.0.0.1:7003 1 127.0.0.1:7002 127.0.0.1:6002";
        SetRepl message = SetRepl.parse(words(text));
        ClusterName name = new ClusterName("mydb");
        ProxyAddress peer = new ProxyAddress("127.0.0.1:6002");
        assertThat(message)
                .isEqualTo(new SetRepl(
                        new Epoch(2),
                        false,
                        List.of(
                                new SetRepl.Entry(
                                        Role.MASTER,
                                        name,
                                        new NodeAddress("127.0.0.1:7001"),
                                        List.of(new ReplPeer(new NodeAddress("127.0.0.1:7004"), peer))),
                                new SetRepl.Entry(
                                        Role.REPLICA,
                                        name,
                                        new NodeAddress("127.0.0.1:7003"),
                                        List.of(new ReplPeer(new NodeAddress("127.0.0.1:7002"), peer))))));
        assertThat(message.toCommand()).isEqualTo(words("UMCTL SETREPL " + text));
    }

    @Test
    void a_finished_migration() {
        String line = "mydb MIGRATING 1 8001-16383 " + META_TEXT;
        MigrationTask task =
                new MigrationTask(new ClusterName("mydb"), new TaggedSlots(MOVING, new SlotState.Migrating(META)));
        assertThat(FinishedMigration.parse(line)).isEqualTo(task);
        assertThat(FinishedMigration.print(task)).isEqualTo(line);
        assertThat(String.join(" ", new Handshake(Handshake.Step.PRESWITCH, Handshake.VERSION, task).toCommand()))
                .isEqualTo("UMCTL PRESWITCH mgr-1.0 " + line);
        assertThat(Handshake.parse("preSwitch", words("mgr-1.0 " + line)))
                .isEqualTo(new Handshake(Handshake.Step.PRESWITCH, Handshake.VERSION, task));
    }

    @Test
    void compressed_metadata_of_the_original() throws IOException {
        SetCluster message = SetCluster.parse(List.of("v2", "7", "force,compress", blob()));
        SetCluster expected = new SetCluster(
                new Epoch(7),
                true,
                new ClusterName("orders"),
                Map.of(new NodeAddress("10.0.0.1:7001"), List.of(TaggedSlots.stable(SlotRanges.of(0, 8191)))),
                Map.of(new ProxyAddress("10.0.0.2:5299"), List.of(TaggedSlots.stable(SlotRanges.of(8192, 16383)))),
                List.of(),
                ClusterConfig.DEFAULT,
                false);
        assertThat(message).isEqualTo(expected);
        List<String> ours = expected.toCompressedCommand();
        assertThat(ours.subList(0, 5)).isEqualTo(words("UMCTL SETCLUSTER v2 7 FORCE,COMPRESS"));
        assertThat(SetCluster.parse(ours.subList(2, ours.size()))).isEqualTo(expected);
    }

    @Test
    void messages_for_a_proxy_of_a_cluster_and_for_a_free_one() throws IOException {
        Proxy member = proxy("proxy");
        String meta = "7 10.0.0.1:5299 10.0.0.1:7001 10.0.0.3:5299 10.0.0.3:7001";
        String otherMeta = "7 10.0.0.2:5299 10.0.0.2:7001 10.0.0.4:5299 10.0.0.4:7001";
        String config = " CONFIG compression_strategy disabled migration_max_migration_time 10800"
                + " migration_max_blocking_time 10000 migration_scan_interval 500 migration_scan_count 16";
        assertThat(String.join(" ", SetCluster.of(member).toCommand()))
                .isEqualTo("UMCTL SETCLUSTER v2 7 NOFLAG orders 10.0.0.3:7001 IMPORTING 1 4096-8191 " + meta
                        + " PEER 10.0.0.1:5299 1 0-4095 10.0.0.1:5299 MIGRATING 1 4096-8191 " + meta
                        + " 10.0.0.2:5299 1 8192-12287 10.0.0.2:5299 MIGRATING 1 12288-16383 " + otherMeta
                        + " 10.0.0.4:5299 IMPORTING 1 12288-16383 " + otherMeta + config);
        assertThat(String.join(" ", SetRepl.of(member).toCommand()))
                .isEqualTo("UMCTL SETREPL 7 NOFLAG master orders 10.0.0.3:7001 1 10.0.0.4:7002 10.0.0.4:5299"
                        + " replica orders 10.0.0.3:7002 1 10.0.0.4:7001 10.0.0.4:5299");

        Proxy free = proxy("free_proxy");
        assertThat(String.join(" ", SetCluster.of(free).toCommand()))
                .isEqualTo("UMCTL SETCLUSTER v2 12 NOFLAG " + config);
        assertThat(String.join(" ", SetRepl.of(free).toCommand()))
                .isEqualTo("UMCTL SETREPL 12 NOFLAG master  10.0.0.9:7001 0 master  10.0.0.9:7002 0");
    }

    @Test
    void progress_of_a_migration() {
        List<String> reply = List.of(
                "task",
                "MIGRATING 1 8001-16383 " + META_TEXT,
                "side",
                "source",
                "state",
                "copying",
                "keys_scanned",
                "12",
                "keys_total",
                "30",
                "keys_copied",
                "11",
                "bytes_copied",
                "4096",
                "keys_dirty",
                "2",
                "elapsed_ms",
                "1500",
                "keys_per_second",
                "8",
                "bytes_per_second",
                "2730",
                "attempts",
                "1",
                "longest_hold_us",
                "0",
                "writers_held_us",
                "45000",
                "error",
                "");
        MigrationProgress expected = new MigrationProgress(
                new TaggedSlots(MOVING, new SlotState.Migrating(META)),
                MigrationProgress.Side.SOURCE,
                MigrationProgress.State.COPYING,
                12,
                30,
                11,
                4096,
                2,
                1500,
                8,
                2730,
                1,
                0,
                45_000,
                "");
        assertThat(expected.toReply()).isEqualTo(reply);
        assertThat(MigrationProgress.parse(reply)).isEqualTo(expected);
        List<String> newer = new ArrayList<>(reply);
        newer.addAll(0, List.of("colour", "blue"));
        assertThat(MigrationProgress.parse(newer)).isEqualTo(expected);
        assertThat(MigrationProgress.parse(reply.subList(0, 6)).keysTotal()).isZero();
        assertThatThrownBy(() -> MigrationProgress.parse(reply.subList(2, 8)))
                .isInstanceOf(UmctlSyntaxException.class)
                .hasMessageContaining("task");
        assertThat(String.join(
                        " ",
                        new Handshake(
                                        Handshake.Step.ABORTMIGRATION,
                                        Handshake.VERSION,
                                        new MigrationTask(new ClusterName("mydb"), expected.task()))
                                .toCommand()))
                .isEqualTo("UMCTL ABORTMIGRATION mgr-1.0 mydb MIGRATING 1 8001-16383 " + META_TEXT);
    }

    @Test
    void what_the_grammar_lets_pass() {
        SetCluster message = SetCluster.parse(words("v2 1 NOFLAGS,x mydb h:1 2 20-10 5-9 peer h:2 1 5-5 PEER h:3 0"));
        assertThat(message.force()).isFalse();
        assertThat(message.local())
                .isEqualTo(Map.of(new NodeAddress("h:1"), List.of(TaggedSlots.stable(SlotRanges.of(5, 20)))));
        assertThat(message.peers()).isEqualTo(Map.of(new ProxyAddress("h:3"), List.of()));
        SetCluster ours = SetCluster.parse(words("v2 1 FORCE mydb replica h:1 h:2 1 0-1 h:1 h:2 2 3-3 5-5 config"));
        assertThat(ours.replicas()).hasSize(1);
        assertThat(ours.replicas().get(0).slots())
                .containsExactly(
                        TaggedSlots.stable(SlotRanges.of(0, 1)),
                        TaggedSlots.stable(new SlotRanges(List.of(new SlotRange(3, 3), new SlotRange(5, 5)))));
    }

    @Test
    void who_has_no_slots_is_named_but_not_to_proxies_of_the_original() {
        String config = String.join(
                " ",
                ClusterConfig.DEFAULT.toFields().entrySet().stream()
                        .map(field -> field.getKey() + " " + field.getValue())
                        .toList());
        String text = "v2 1 NOFLAG mydb h:1 0 h:2 1 0-9 PEER h:3 0 h:4 1 10-99 REPLICA h:5 h:6 0 h:3 h:7 h:8 1 0-9";
        SetCluster message = SetCluster.parse(words(text));
        assertThat(message.peers()).containsEntry(new ProxyAddress("h:3"), List.of());
        assertThat(message.replicas().get(0))
                .isEqualTo(new ReplicaNode(
                        new NodeAddress("h:5"), new ProxyAddress("h:6"), List.of(), new ProxyAddress("h:3")));
        assertThat(message.toCommand()).isEqualTo(words("UMCTL SETCLUSTER " + text + " CONFIG " + config));
        assertThat(message.toOriginalCommand(false))
                .isEqualTo(words("UMCTL SETCLUSTER v2 1 NOFLAG mydb h:2 1 0-9 PEER h:4 1 10-99 CONFIG " + config));
        List<String> compressed = message.toOriginalCommand(true);
        assertThat(SetCluster.parse(compressed.subList(2, compressed.size())).peers())
                .as("in the compressed form the original names them, too")
                .isEqualTo(message.peers());
    }

    @Test
    void a_bad_configuration_is_ignored_only_beside_nodes_and_peers() {
        for (String config : List.of("nothing 1", "migration_scan_count 0", "migration_scan_count")) {
            SetCluster message = SetCluster.parse(words(
                    "v2 1 NOFLAG mydb h:1 1 0-1 PEER h:2 1 2-3 CONFIG " + "compression_strategy allow_all " + config));
            assertThat(message.configIgnored()).as(config).isTrue();
            assertThat(message.config()).isEqualTo(ClusterConfig.DEFAULT);
            assertThatThrownBy(() -> SetCluster.parse(words("v2 1 NOFLAG mydb h:1 1 0-1 CONFIG " + config)))
                    .isInstanceOf(UmctlSyntaxException.class);
        }
    }

    @Test
    void mistakes_have_the_words_of_the_original() {
        assertThat(kind("v1 1 NOFLAG mydb")).isEqualTo("InvalidVersion");
        assertThat(kind("v2 1 NOFLAG my.db")).isEqualTo("InvalidClusterName");
        assertThat(kind("v2 1 NOFLAG")).isEqualTo("InvalidArgs");
    }

    private static String kind(String arguments) {
        try {
            throw new AssertionError("parsed: " + SetCluster.parse(words(arguments)));
        } catch (UmctlSyntaxException e) {
            return e.kind().wireName();
        }
    }

    private static Proxy proxy(String name) throws IOException {
        try (InputStream resource = Json.class.getResourceAsStream(name + ".json")) {
            return Json.mapper().treeToValue(Json.mapper().readTree(resource).get("proxy"), Proxy.class);
        }
    }

    private static String blob() throws IOException {
        try (InputStream resource = UmctlGoldenTest.class.getResourceAsStream("compressed_cluster.base64")) {
            return new String(resource.readAllBytes(), StandardCharsets.US_ASCII).replace("\n", "");
        }
    }

    private static List<String> words(String text) {
        return Arrays.asList(text.split(" ", -1));
    }
}
