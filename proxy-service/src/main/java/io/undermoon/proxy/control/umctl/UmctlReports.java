package io.undermoon.proxy.control.umctl;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.client.ClientRegistry;
import io.undermoon.proxy.client.SlowLog;
import io.undermoon.proxy.command.Integers;
import io.undermoon.proxy.control.NodeState;
import io.undermoon.proxy.control.NodeStates;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.stats.ProxyStats;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.RespWriter;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The read-only reports of {@code UMCTL}. */
public final class UmctlReports {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private final TopologyStore topology;
    private final ClientRegistry clients;
    private final SlowLog slowLog;
    private final ProxyStats stats;
    private final NodeStates nodeStates;

    public UmctlReports(
            TopologyStore topology, ClientRegistry clients, SlowLog slowLog, ProxyStats stats, NodeStates nodeStates) {
        this.topology = topology;
        this.clients = clients;
        this.slowLog = slowLog;
        this.stats = stats;
        this.nodeStates = nodeStates;
    }

    void listCluster(ByteBuf out) {
        RespWriter.array(out, 1);
        RespWriter.bulk(out, TopologyReport.name(topology.current()));
    }

    /**
     * The original counts the steps of its own migration protocol only; the counters of this proxy have the same
     * format.
     */
    void counters(ByteBuf out) {
        List<String> lines = new ArrayList<>();
        lines.add("# Migration");
        lines.add("# Proxy");
        for (Counter counter : Counter.values()) {
            lines.add(counter.name().toLowerCase(Locale.ROOT) + ": " + stats.get(counter));
        }
        RespWriter.command(out, lines);
    }

    void nodes(ByteBuf out) {
        List<NodeState> states = nodeStates.all();
        RespWriter.array(out, states.size());
        for (NodeState state : states) {
            RespWriter.command(
                    out,
                    List.of(
                            state.node().value(),
                            state.role().wireName(),
                            state.up() ? "up" : state.refused() ? "refused" : "down",
                            Long.toString(state.millisSinceLastCheck()),
                            link(state),
                            Long.toString(state.replicationOffset()),
                            state.master(),
                            Long.toString(state.replicaSilentSeconds()),
                            state.restart()));
        }
    }

    /** What is not {@code up} does not become master by itself. */
    private static String link(NodeState state) {
        return state.masterLink().equals("up") && !state.isWithinMaxLag() ? "behind" : state.masterLink();
    }

    void slowLog(CommandFrame frame, ByteBuf out) {
        boolean hasWord = frame.argumentCount() > 2;
        if (hasWord && frame.argumentIs(2, "GET")) {
            long count = frame.argumentCount() > 3
                    ? Integers.parse(frame.argument(3)).orElse(-1)
                    : -1;
            List<SlowLog.Entry> entries = slowLog.newest(count);
            RespWriter.array(out, entries.size());
            entries.forEach(entry -> RespWriter.command(out, lines(entry)));
        } else if (hasWord && frame.argumentIs(2, "RESET")) {
            slowLog.reset();
            Replies.ok(out);
        } else {
            RespWriter.error(out, "invalid slowlog sub-command");
        }
    }

    /** The ten lines of the original; the stages that this proxy does not have are 0. */
    private static List<String> lines(SlowLog.Entry entry) {
        return List.of(
                "session_id: " + entry.clientId(),
                "created: " + entry.created(),
                "sent_to_migration_backend: 0",
                "sent_to_cluster: 0",
                "sent_to_queue: 0",
                "queue_received: 0",
                "sent_to_backend: 0",
                "received_from_backend: 0",
                "wait_done: " + entry.elapsedNanos(),
                "command: " + String.join(" ", entry.arguments()));
    }

    void debug(CommandFrame frame, ByteBuf out) {
        if (frame.argumentCount() > 2 && frame.argumentIs(2, "FUTURE")) {
            RespWriter.command(
                    out, clients.all().stream().map(UmctlReports::line).toList());
        } else {
            RespWriter.error(out, "invalid debug sub-command");
        }
    }

    private static String line(Client client) {
        ZonedDateTime connected = ZonedDateTime.now(ZoneId.systemDefault()).minusSeconds(client.ageSeconds());
        return client.id() + " " + TIME.format(connected) + " session " + client.remoteAddress();
    }
}
