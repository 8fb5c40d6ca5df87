package io.undermoon.dev.clusterclient;

import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Failure;
import io.undermoon.slot.Slot;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sends commands to given nodes and follows no redirection. Not thread-safe. */
public final class DirectClient implements AutoCloseable {
    private final ClientSettings settings;
    private final Topology topology;
    private final boolean readOnly;
    private final Map<HostPort, NodeConnection> connections = new HashMap<>();

    /** @param readOnly whether the connections are to read from replicas */
    public DirectClient(ClientSettings settings, Topology topology, boolean readOnly) {
        this.settings = settings;
        this.topology = topology;
        this.readOnly = readOnly;
    }

    /**
     * @param replica which of the slot's replicas, counted from 0
     * @return empty if there are not as many
     * @throws IOException if it cannot be read from at present
     */
    public Optional<RespValue> askReplica(int replica, String key, Command command) throws IOException {
        Optional<HostPort> address = topology.replica(Slot.of(key), replica);
        return address.isEmpty() ? Optional.empty() : Optional.of(ask(address.get(), command));
    }

    /** @throws IOException if the node cannot be reached, or answers with an error */
    public RespValue ask(HostPort address, Command command) throws IOException {
        NodeConnection connection = connections.get(address);
        if (connection == null) {
            connection = NodeConnection.open(address, settings, readOnly);
            connections.put(address, connection);
        }
        try {
            RespValue reply = connection.exchange(List.of(command)).get(0);
            if (reply instanceof Failure failure) {
                throw new IOException(address + " answers: " + failure.text());
            }
            return reply;
        } catch (IOException e) {
            connections.remove(address);
            connection.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        for (NodeConnection connection : connections.values()) {
            connection.close();
        }
        connections.clear();
    }
}
