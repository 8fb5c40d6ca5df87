package io.undermoon.proxy.control.info;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.client.Client;
import io.undermoon.proxy.control.HandlerTable;
import io.undermoon.proxy.control.NodeStates;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.resp.RespWriter;

/** {@code ROLE}: the role in which the proxy serves the client. */
public final class RoleCommand {
    private final TopologyStore topology;
    private final NodeStates nodeStates;

    public RoleCommand(TopologyStore topology, NodeStates nodeStates) {
        this.topology = topology;
        this.nodeStates = nodeStates;
    }

    public void register(HandlerTable table) {
        table.on("role", (frame, client, out) -> role(client, out));
    }

    private void role(Client client, ByteBuf out) {
        ShownReplication shown = ShownReplication.of(topology, nodeStates, client);
        if (shown.role() == Role.MASTER) {
            RespWriter.array(out, 3);
            RespWriter.bulk(out, "master");
            RespWriter.integer(out, shown.offset());
            RespWriter.array(out, shown.others().size());
            for (HostPort replica : shown.others()) {
                RespWriter.array(out, 3);
                RespWriter.bulk(out, replica.host());
                RespWriter.bulk(out, replica.port());
                RespWriter.bulk(out, shown.offset());
            }
        } else {
            HostPort master = shown.others().isEmpty() ? null : shown.others().get(0);
            RespWriter.array(out, 5);
            RespWriter.bulk(out, "slave");
            RespWriter.bulk(out, master == null ? "" : master.host());
            RespWriter.integer(out, master == null ? 0 : master.port());
            RespWriter.bulk(out, shown.isLinkUp() ? "connected" : "connect");
            RespWriter.integer(out, shown.offset());
        }
    }
}
