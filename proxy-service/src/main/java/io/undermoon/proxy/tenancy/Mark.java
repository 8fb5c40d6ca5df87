package io.undermoon.proxy.tenancy;

import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.PastUse;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The mark in a Redis node that says whose keys it has. The master's proxy writes it; it is replicated with the keys.
 *
 * <pre>
 * &lt;installation&gt; &lt;cluster id&gt; &lt;epoch&gt; &lt;node&gt;[,&lt;node&gt;]…
 * </pre>
 *
 * @param epoch since when the keys have been at these nodes
 * @param nodes the master and its replicas
 */
record Mark(String installationId, String clusterId, Epoch epoch, Set<NodeAddress> nodes) {
    private static final int FIELDS = 4;

    Mark {
        nodes = Set.copyOf(nodes);
    }

    /**
     * Reads the text form; null for no text.
     *
     * @throws IllegalArgumentException if the text is not a mark
     */
    static @Nullable Mark parse(String text) {
        if (text.isEmpty()) {
            return null;
        }
        String[] fields = text.split(" ", -1);
        if (fields.length != FIELDS) {
            throw new IllegalArgumentException("'" + text + "' is not <installation> <cluster id> <epoch> <nodes>");
        }
        return new Mark(
                fields[0],
                fields[1],
                new Epoch(Long.parseLong(fields[2])),
                Arrays.stream(fields[3].split(",", -1)).map(NodeAddress::new).collect(Collectors.toSet()));
    }

    /** Whether the node left the cluster after it had these keys, or the keys are at other nodes since. */
    boolean isOver(NodeAddress node, PastUse use) {
        return clusterId.equals(use.clusterId()) && (use.until().isAfter(epoch) || !nodes.contains(node));
    }

    /** Whether the other mark says the same but for the time. */
    boolean isSameAs(Mark other) {
        return installationId.equals(other.installationId)
                && clusterId.equals(other.clusterId)
                && nodes.equals(other.nodes);
    }

    @Override
    public String toString() {
        return installationId + " " + clusterId + " " + epoch + " "
                + new TreeSet<>(nodes).stream().map(NodeAddress::value).collect(Collectors.joining(","));
    }
}
