package io.undermoon.proxy.control.info;

import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandCatalog;
import io.undermoon.proxy.control.NodeState;
import io.undermoon.proxy.control.NodeStates;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.topology.Readiness;
import io.undermoon.proxy.topology.Topology;
import io.undermoon.proxy.topology.TopologyStore;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/** The sections of {@code INFO} about the cluster and the commands of clients. */
public final class InfoProxy {
    private final String version;
    private final CommandCatalog commands;
    private final TopologyStore topology;
    private final NodeStates nodeStates;
    private final ResettableStats stats;

    public InfoProxy(
            String version,
            CommandCatalog commands,
            TopologyStore topology,
            NodeStates nodeStates,
            ResettableStats stats) {
        this.version = version;
        this.commands = commands;
        this.topology = topology;
        this.nodeStates = nodeStates;
        this.stats = stats;
    }

    /** Clients see a proxy as the node for which they take it. */
    void replication(InfoText text, Client client, NodeFigures nodes) {
        ShownReplication shown = ShownReplication.of(topology, client);
        text.section("Replication");
        if (shown.role() == Role.MASTER) {
            nodes.ofMasters().replication(text, shown);
        } else {
            nodes.ofReplicas().replication(text, shown);
        }
    }

    void commandStats(InfoText text) {
        text.section("Commandstats");
        for (Command command : commands.current().all()) {
            int id = command.id();
            long calls = stats.calls(id);
            long rejected = stats.rejections(id);
            if (calls + rejected > 0) {
                long timed = stats.timedCalls(id);
                long micros = stats.micros(id) * 1024 / 1000;
                text.field(
                        "cmdstat_" + command.name(),
                        String.format(
                                Locale.ROOT,
                                "calls=%d,usec=%d,usec_per_call=%.2f,rejected_calls=%d,failed_calls=%d",
                                calls,
                                micros,
                                timed == 0 ? 0.0 : (double) micros / timed,
                                rejected,
                                stats.failures(id)));
            }
        }
    }

    /** Percentiles of the latencies of commands, each the upper bound of its bucket in the histogram. */
    void latencyStats(InfoText text) {
        text.section("Latencystats");
        for (Command command : commands.current().all()) {
            long[] replies = stats.latency(command.id());
            if (LongStream.of(replies).sum() > 0) {
                text.field(
                        "latency_percentiles_usec_" + command.name(),
                        String.format(
                                Locale.ROOT,
                                "p50=%.3f,p99=%.3f,p99.9=%.3f",
                                LatencyHistograms.percentileMicros(replies, 50),
                                LatencyHistograms.percentileMicros(replies, 99),
                                LatencyHistograms.percentileMicros(replies, 99.9)));
            }
        }
    }

    /** Errors that clients got, by their first word. */
    void errorStats(InfoText text) {
        text.section("Errorstats");
        stats.errors().forEach((code, count) -> text.field("errorstat_" + code, "count=" + count));
    }

    void cluster(InfoText text) {
        text.section("Cluster").field("cluster_enabled", 1);
    }

    void undermoon(InfoText text) {
        Topology now = topology.current();
        ClusterName name = now.clusterName();
        text.section("Undermoon")
                .field("undermoon_version", version)
                .field("announce_address", topology.self())
                .field("cluster_name", name == null ? "" : name)
                .field("cluster_epoch", now.epoch())
                .field("replication_epoch", now.replication().epoch())
                .field("ready", Readiness.of(now) ? 1 : 0)
                .field("moved_replies", stats.get(Counter.MOVED))
                .field("forwarded_to_peers", stats.get(Counter.FORWARDED_TO_PEER))
                .field("commands_in_flight", stats.level(Counter.IN_FLIGHT))
                .field("protocol_errors", stats.get(Counter.PROTOCOL_ERRORS))
                .field("backend_bytes_in", stats.get(Counter.BACKEND_BYTES_IN))
                .field("backend_bytes_out", stats.get(Counter.BACKEND_BYTES_OUT))
                .field("backend_connect_failures", stats.get(Counter.BACKEND_CONNECT_FAILURES))
                .field("backend_connections_lost", stats.get(Counter.BACKEND_CONNECTIONS_LOST))
                .field("backend_timeouts", stats.get(Counter.BACKEND_TIMEOUTS));
        List<NodeState> nodes = nodeStates.all();
        for (int i = 0; i < nodes.size(); i++) {
            text.field("node" + i, line(nodes.get(i)));
        }
    }

    private static String line(NodeState node) {
        return "address=" + node.node()
                + ",role=" + node.role().wireName()
                + ",state=" + (node.up() ? "up" : "down")
                + ",millis_since_check=" + node.millisSinceLastCheck()
                + ",master_link=" + node.masterLink()
                + ",offset=" + node.replicationOffset()
                + ",restart=" + node.restart();
    }
}
