package io.undermoon.proxy.tenancy;

import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.Tenancy;
import org.jspecify.annotations.Nullable;

/** What is to be done with a node, given its mark and whether it has keys: a pure function. */
sealed interface Verdict {
    /** The node has the keys of its cluster. */
    record Own() implements Verdict {}

    /** The node has no keys and may be marked, or has nothing to be marked for. */
    record Empty() implements Verdict {}

    /** The node has keys that are of no use any more; before it gets others they have to be deleted. */
    record Outdated() implements Verdict {}

    /** The node has keys of a cluster that it has left, where they may still be needed. */
    record Retained() implements Verdict {}

    /**
     * The node has keys of somebody else, or may have.
     *
     * @param reason ends the sentence that begins with the node
     */
    record Foreign(String reason) implements Verdict {}

    /**
     * @param mark absent if the node has none
     * @param tenancy of the metadata; absent before any, and where nodes are not marked
     */
    static Verdict of(NodeAddress node, @Nullable Mark mark, boolean hasKeys, @Nullable Tenancy tenancy) {
        if (mark == null) {
            return hasKeys ? new Foreign("has keys of unknown origin") : new Empty();
        }
        if (tenancy == null) {
            return hasKeys ? new Foreign("has keys of cluster " + mark.clusterId()) : new Empty();
        }
        if (!mark.installationId().equals(tenancy.installationId())) {
            return new Foreign("belongs to installation " + mark.installationId());
        }
        if (mark.clusterId().equals(tenancy.clusterId())) {
            return new Own();
        }
        if (tenancy.pastUses().stream().anyMatch(use -> mark.isOver(node, use))) {
            return new Outdated();
        }
        if (!hasKeys) {
            return new Empty();
        }
        return tenancy.openUses().stream().anyMatch(use -> mark.isOver(node, use))
                ? new Retained()
                : new Foreign("has keys of cluster " + mark.clusterId());
    }

    /** Whether the node may have a role in the cluster at once. */
    default boolean allows(Role role) {
        // A replica gets the keys of its master in place of its own.
        boolean canLose = this instanceof Empty || this instanceof Outdated;
        return this instanceof Own || (role == Role.REPLICA && canLose);
    }
}
