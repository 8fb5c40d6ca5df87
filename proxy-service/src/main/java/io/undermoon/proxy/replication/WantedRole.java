package io.undermoon.proxy.replication;

import static java.util.Objects.requireNonNull;

import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.node.InfoReport;
import io.undermoon.umctl.SetRepl;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The role that a node should have.
 *
 * @param master the master of a replica; absent for a master
 */
public record WantedRole(Role role, @Nullable NodeAddress master) {
    public static final WantedRole MASTER = new WantedRole(Role.MASTER, null);

    public WantedRole {
        requireNonNull(role, "role");
        if ((role == Role.REPLICA) != (master != null)) {
            throw new IllegalArgumentException("role " + role + " with master " + master);
        }
    }

    public static WantedRole replicaOf(NodeAddress master) {
        return new WantedRole(Role.REPLICA, master);
    }

    /** The role in an entry of {@code SETREPL}; null for a replica without a master, which no node can be. */
    static @Nullable WantedRole of(SetRepl.Entry entry) {
        if (entry.role() == Role.MASTER) {
            return MASTER;
        }
        return entry.peers().isEmpty() ? null : replicaOf(entry.peers().get(0).nodeAddress());
    }

    /** Whether the node has this role. The link of a replica need not be up: the node connects by itself. */
    boolean isMetBy(InfoReport report) {
        if (report.role() != role) {
            return false;
        }
        if (master == null) {
            return true;
        }
        HostPort address = HostPort.parse(master.value());
        return address.host().equalsIgnoreCase(report.masterHost()) && address.port() == report.masterPort();
    }

    /**
     * The command that gives a node this role. A host name is passed on unresolved: the node resolves it each time it
     * connects.
     *
     * @param verb {@code REPLICAOF} or {@code SLAVEOF}
     */
    List<String> toCommand(String verb) {
        if (master == null) {
            return List.of(verb, "NO", "ONE");
        }
        HostPort address = HostPort.parse(master.value());
        return List.of(verb, address.host(), Integer.toString(address.port()));
    }

    @Override
    public String toString() {
        return master == null ? "master" : "replica of " + master;
    }
}
