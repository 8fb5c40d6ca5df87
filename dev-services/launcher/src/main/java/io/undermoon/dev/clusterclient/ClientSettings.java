package io.undermoon.dev.clusterclient;

import io.undermoon.metadata.HostPort;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a cluster.
 *
 * @param seeds nodes to begin with
 * @param password for {@code AUTH}; null for none
 * @param timeout to connect, and again for each reply
 * @param clusterAware whether to send each command to the node of its slot, as cluster clients do, or everything to a
 *     seed
 */
public record ClientSettings(List<HostPort> seeds, @Nullable String password, Duration timeout, boolean clusterAware) {
    public ClientSettings {
        seeds = List.copyOf(seeds);
        if (seeds.isEmpty()) {
            throw new IllegalArgumentException("no seed is given");
        }
    }
}
