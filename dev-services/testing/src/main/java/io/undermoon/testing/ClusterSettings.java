package io.undermoon.testing;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a cluster is to be like.
 *
 * @param nodes Redis nodes, masters and replicas together; a multiple of 4
 * @param activeRedirection whether proxies forward commands for slots of others, for clients without cluster support
 * @param port of the first proxy; the other ports are in one block with it. Empty for a free block
 * @param shared the name under which programs of this user share one cluster; empty for one of its own
 * @param redisServer the server to run as nodes; empty for that on {@code PATH}, or else one that comes with the jar
 * @param timeout for the start
 */
public record ClusterSettings(
        int nodes,
        boolean activeRedirection,
        OptionalInt port,
        Optional<String> shared,
        Optional<Path> redisServer,
        Duration timeout) {
    /** Where the port of the first proxy is in its block. */
    private static final int PROXY_OFFSET = 21;

    private static final int CHUNK_NODES = 4;

    /** One of 4 nodes of its own, on free ports. */
    public static final ClusterSettings DEFAULT = new ClusterSettings(
            CHUNK_NODES, false, OptionalInt.empty(), Optional.empty(), Optional.empty(), Duration.ofMinutes(2));

    public ClusterSettings {
        if (nodes < CHUNK_NODES || nodes % CHUNK_NODES != 0) {
            throw new IllegalArgumentException("a cluster cannot have " + nodes + " nodes: the number must be a"
                    + " multiple of 4, as two proxies have two nodes each");
        }
        shared.filter(name -> !name.matches("[A-Za-z0-9_-]+")).ifPresent(name -> {
            throw new IllegalArgumentException("'" + name
                    + "' cannot be the name of a shared cluster: it must be made of" + " letters, digits, - and _");
        });
    }

    /** The first port of the block, as the launcher wants it. */
    OptionalInt basePort() {
        return port.isPresent() ? OptionalInt.of(port.getAsInt() - PROXY_OFFSET) : port;
    }
}
