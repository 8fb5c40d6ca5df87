package io.undermoon.dev.plan;

import io.undermoon.metadata.ClusterName;

/**
 * A cluster that is to exist once the stack is up.
 *
 * @param nodes Redis nodes, masters and replicas together: a multiple of 4, as clusters are made of chunks of two
 *     proxies
 */
public record WantedCluster(ClusterName name, int nodes) {
    private static final int CHUNK_NODES = 4;
    private static final int NODES_PER_PROXY = 2;

    public WantedCluster {
        if (nodes < CHUNK_NODES || nodes % CHUNK_NODES != 0) {
            throw new UsageException(
                    "cluster " + name + " cannot have " + nodes + " nodes: the number must be a multiple of 4");
        }
    }

    /** Reads {@code NAME:NODES}. */
    public static WantedCluster parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw invalid(text, "a number of nodes is missing");
        }
        try {
            return new WantedCluster(
                    new ClusterName(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw invalid(text, "'" + text.substring(colon + 1) + "' is not a number");
        } catch (IllegalArgumentException e) {
            throw invalid(text, String.valueOf(e.getMessage()));
        }
    }

    public int proxies() {
        return nodes / NODES_PER_PROXY;
    }

    private static UsageException invalid(String text, String why) {
        return new UsageException("'" + text + "' is not NAME:NODES, such as demo:4: " + why);
    }
}
