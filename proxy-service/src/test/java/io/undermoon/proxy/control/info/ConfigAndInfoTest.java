package io.undermoon.proxy.control.info;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.control.NodeState;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.testing.ControlFixture;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConfigAndInfoTest {
    private final ControlFixture proxy = new ControlFixture("secret", true);

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    void gets_options_as_pairs() {
        assertThat(proxy.words("CONFIG GET announce_HOST"))
                .isEqualTo("*2\r\n$13\r\nannounce_host\r\n$9\r\n127.0.0.1\r\n");
        assertThat(proxy.words("CONFIG GET nosuch")).isEqualTo("*0\r\n");
    }

    @Test
    void gets_options_by_several_patterns_each_once() {
        assertThat(proxy.call("CONFIG", "GET", "slow*", "slowlog_len", "max?lients")
                        .toString())
                .isEqualTo("Array[items=[Bulk[slowlog_len], Bulk[8], Bulk[slowlog-max-len], Bulk[8],"
                        + " Bulk[slowlog_log_slower_than], Bulk[50000], Bulk[slowlog-log-slower-than], Bulk[50000],"
                        + " Bulk[slowlog_sample_rate], Bulk[1000], Bulk[maxclients], Bulk[10000]]]");
    }

    @Test
    void never_shows_the_password() {
        assertThat(proxy.words("CONFIG GET *")).doesNotContain("secret").doesNotContain("pass");
    }

    @Test
    void shows_unlimited_redirections_as_the_original() {
        assertThat(proxy.words("CONFIG GET max_redirections")).endsWith("$4\r\nnone\r\n");
    }

    @Test
    void sets_the_slow_log_in_both_spellings() {
        assertThat(proxy.words("CONFIG SET slowlog_log_slower_than -1 slowlog_sample_rate 1"))
                .isEqualTo("+OK\r\n");
        assertThat(proxy.slowLog.thresholdMicros()).isEqualTo(-1);
        assertThat(proxy.slowLog.sampleRate()).isEqualTo(1);
        assertThat(proxy.words("CONFIG SET SLOWLOG-LOG-SLOWER-THAN 7")).isEqualTo("+OK\r\n");
        assertThat(proxy.slowLog.thresholdMicros()).isEqualTo(7);
    }

    @Test
    void sets_all_or_nothing() {
        assertThat(proxy.words("CONFIG SET slowlog_sample_rate 1 databases 4"))
                .isEqualTo("-ERR CONFIG SET failed (possibly related to argument 'databases') - can't set immutable"
                        + " config\r\n");
        assertThat(proxy.words("CONFIG SET slowlog_sample_rate 1 slowlog_sample_rate 2"))
                .isEqualTo("-ERR CONFIG SET failed (possibly related to argument 'slowlog_sample_rate') - duplicate"
                        + " parameter\r\n");
        assertThat(proxy.words("CONFIG SET slowlog_sample_rate -1"))
                .isEqualTo(
                        "-ERR CONFIG SET failed (possibly related to argument 'slowlog_sample_rate') - argument must be"
                                + " between 0 and 9223372036854775807 inclusive\r\n");
        assertThat(proxy.words("CONFIG SET cluster-node-timeout 2000"))
                .startsWith("-ERR CONFIG SET failed (possibly related to argument 'cluster-node-timeout') - the control"
                        + " plane runs the cluster; ");
        assertThat(proxy.slowLog.sampleRate()).isEqualTo(1000);
    }

    @Test
    void info_has_the_sections_of_redis() {
        assertThat(proxy.text("INFO"))
                .containsSubsequence(
                        "# Server\r\nredis_version:7.0.15\r\nredis_mode:cluster\r\n",
                        "\r\n\r\n# Clients\r\nconnected_clients:1\r\n",
                        "\r\n\r\n# Memory\r\nused_memory:",
                        "\r\n\r\n# Stats\r\n",
                        "\r\n\r\n# Replication\r\nrole:master\r\n",
                        "\r\n\r\n# CPU\r\n",
                        "\r\n\r\n# Cluster\r\ncluster_enabled:1\r\n\r\n",
                        "# Undermoon\r\nundermoon_version:1.2.3\r\nannounce_address:127.0.0.1:5299\r\n")
                .doesNotContain("# Commandstats", "secret");
    }

    @Test
    void info_has_the_requested_sections() {
        assertThat(proxy.words("INFO CLUSTER")).isEqualTo("$30\r\n# Cluster\r\ncluster_enabled:1\r\n\r\n");
        assertThat(proxy.words("INFO nosuch")).isEqualTo("$0\r\n\r\n");
        assertThat(proxy.text("INFO", "cluster", "commandstats"))
                .startsWith("# Commandstats\r\n")
                .contains("# Cluster");
        assertThat(proxy.text("INFO", "everything")).contains("# Server", "# Commandstats", "# Undermoon");
        assertThat(proxy.text("INFO", "default", "commandstats")).contains("# Server", "# Commandstats");
    }

    @Test
    void info_shows_the_nodes() {
        proxy.nodeStates.add(new NodeState(
                new NodeAddress("127.0.0.1:7002"),
                Role.REPLICA,
                false,
                6000,
                "down",
                3,
                "127.0.0.1:7009",
                -1,
                "none",
                true));
        proxy.words("UMCTL SETREPL 4 NOFLAG master mydb 127.0.0.1:7001 1 127.0.0.2:7004 127.0.0.2:5299");
        assertThat(proxy.text("INFO", "undermoon", "replication"))
                .contains(
                        "connected_slaves:0\r\n",
                        "replication_epoch:4\r\n",
                        "node0:address=127.0.0.1:7002,role=replica,state=down,millis_since_check=6000,master_link=down,"
                                + "offset=3,restart=none\r\n");
    }

    @Test
    void counts_since_the_last_reset() {
        Command get = Objects.requireNonNull(proxy.commands.find("get"));
        proxy.counters.add(Counter.CONNECTIONS_ACCEPTED, 5);
        proxy.counters.answered(get.id(), false, 2_048_000);
        proxy.counters.answered(get.id(), true, 0);
        proxy.counters.executedInTransaction(get.id());
        proxy.counters.rejected(get.id());
        ByteBuf error = Unpooled.copiedBuffer("-WRONGTYPE Operation\r\n", StandardCharsets.US_ASCII);
        proxy.counters.errors().count(error, 0, error.writerIndex());
        proxy.counters.errors().count(error, 0, error.writerIndex());
        assertThat(proxy.text("INFO", "stats", "commandstats"))
                .contains(
                        "total_connections_received:5\r\n",
                        "total_commands_processed:3\r\n",
                        "total_error_replies:2\r\n",
                        "cmdstat_get:calls=3,usec=2048,usec_per_call=1024.00,rejected_calls=1,failed_calls=1\r\n");
        assertThat(proxy.words("CONFIG RESETSTAT")).isEqualTo("+OK\r\n");
        proxy.counters.answered(get.id(), false, 0);
        assertThat(proxy.text("INFO", "all"))
                .contains(
                        "total_connections_received:0\r\n",
                        "total_commands_processed:1\r\n",
                        "total_error_replies:0\r\n",
                        "cmdstat_get:calls=1,usec=0,usec_per_call=0.00,rejected_calls=0,failed_calls=0\r\n");
    }

    @Test
    void rate_covers_the_time_since_the_last_measurement() {
        OperationRate rate = new OperationRate(0);
        assertThat(rate.perSecond(500, 999_999_999L)).isZero();
        assertThat(rate.perSecond(500, 2_000_000_000L)).isEqualTo(250);
        assertThat(rate.perSecond(9000, 2_500_000_000L)).isEqualTo(250);
        assertThat(rate.perSecond(10, 4_000_000_000L)).isZero();
    }

    @Test
    void shows_slow_commands_newest_first() {
        for (int i = 0; i < 12; i++) {
            CommandFrame frame = CommandFrame.of(List.of("GET", "k" + i));
            proxy.slowLog.end(proxy.slowLog.begin(frame, proxy.client), 60_000_000);
        }
        assertThat(proxy.words("SLOWLOG LEN")).isEqualTo(":8\r\n");
        assertThat(proxy.words("SLOWLOG GET 1"))
                .matches("(?s)\\*1\r\n\\*6\r\n:11\r\n:\\d+\r\n:60000\r\n\\*2\r\n\\$3\r\nGET\r\n\\$3\r\nk11\r\n"
                        + "\\$15\r\n127.0.0.1:40001\r\n\\$0\r\n\r\n");
        assertThat(proxy.words("SLOWLOG GET")).startsWith("*8\r\n");
        assertThat(proxy.words("SLOWLOG GET -1")).startsWith("*8\r\n");
        assertThat(proxy.words("SLOWLOG RESET")).isEqualTo("+OK\r\n");
        assertThat(proxy.words("SLOWLOG LEN")).isEqualTo(":0\r\n");
    }
}
