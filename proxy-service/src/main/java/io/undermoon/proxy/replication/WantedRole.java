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
 * The role a node was told to have.
 *
 * @param master whom a replica copies; absent for a master
 */
public record WantedRole(Role role, @Nullable NodeAddress master) {
    /** A node that copies nobody. */
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

    /** What an entry of {@code SETREPL} asks for; null for a replica without a master, which cannot be carried out. */
    static @Nullable WantedRole of(SetRepl.Entry entry) {
        if (entry.role() == Role.MASTER) {
            return MASTER;
        }
        return entry.peers().isEmpty() ? null : replicaOf(entry.peers().get(0).nodeAddress());
    }

    /** Whether the node has this role; a replica's link need not be up, the node itself sees to that. */
    boolean isMetBy(InfoReport report) {
        if (report.role() != role) {
            return false;
        }
        if (master == null) {
            return true;
        }
        HostPort wanted = HostPort.parse(master.value());
        return wanted.host().equalsIgnoreCase(report.masterHost()) && wanted.port() == report.masterPort();
    }

    /**
     * The command that gives a node this role. A host name is passed on as it is: the node resolves it, and does so again
     * when it connects again.
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
