package io.undermoon.proxy.control.info;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.control.Replies;
import io.undermoon.proxy.control.info.ReplicationFigures.Attached;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.RespWriter;
import java.util.List;

/**
 * {@code ROLE}: the role in which the proxy serves the client, with what the nodes say. As in Redis, a master shows the
 * replicas that are connected to it and have its data, and a replica without its master has no offset.
 */
public final class RoleCommand {
    private static final int NO_OFFSET = -1;

    private final TopologyStore topology;
    private final NodeReports reports;

    public RoleCommand(TopologyStore topology, NodeReports reports) {
        this.topology = topology;
        this.reports = reports;
    }

    public void register(HandlerTable table) {
        table.later(
                "role",
                (frame, client, out) -> reports.ask(client).thenApply(figures -> {
                    ShownReplication shown = ShownReplication.of(topology, client);
                    return Replies.of(reply -> {
                        if (shown.role() == Role.MASTER) {
                            master(shown, figures.ofMasters(), reply);
                        } else {
                            replica(shown, figures.ofReplicas(), reply);
                        }
                    });
                }));
    }

    private static void master(ShownReplication shown, ReplicationFigures nodes, ByteBuf out) {
        List<Attached> replicas =
                nodes.attached(shown).stream().filter(Attached::isOnline).toList();
        RespWriter.array(out, 3);
        RespWriter.bulk(out, "master");
        RespWriter.integer(out, nodes.offset());
        RespWriter.array(out, replicas.size());
        for (Attached replica : replicas) {
            RespWriter.array(out, 3);
            RespWriter.bulk(out, replica.address().host());
            RespWriter.bulk(out, replica.address().port());
            RespWriter.bulk(out, replica.offset());
        }
    }

    private static void replica(ShownReplication shown, ReplicationFigures nodes, ByteBuf out) {
        HostPort master = shown.others().isEmpty() ? null : shown.others().get(0);
        RespWriter.array(out, 5);
        RespWriter.bulk(out, "slave");
        RespWriter.bulk(out, master == null ? "" : master.host());
        RespWriter.integer(out, master == null ? 0 : master.port());
        RespWriter.bulk(out, nodes.linkState());
        RespWriter.integer(out, nodes.isLinkUp() ? nodes.offset() : NO_OFFSET);
    }
}
