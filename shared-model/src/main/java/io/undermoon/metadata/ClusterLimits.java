package io.undermoon.metadata;

import org.jspecify.annotations.Nullable;

/**
 * What all clients of a cluster may use together; each of its proxies with masters has an equal share. A component is
 * absent, and not written, without a limit.
 *
 * @param commands per second
 * @param bytes per second, of commands and replies together
 * @param connections at the same time
 */
public record ClusterLimits(
        @Nullable Long commands,
        @Nullable Long bytes,
        @Nullable Long connections) {
    public static final ClusterLimits NONE = new ClusterLimits(null, null, null);

    public ClusterLimits {
        requirePositive("commands", commands);
        requirePositive("bytes", bytes);
        requirePositive("connections", connections);
    }

    private static void requirePositive(String name, @Nullable Long limit) {
        if (limit != null && limit < 1) {
            throw new IllegalArgumentException("limit of " + name + " " + limit + " is less than 1");
        }
    }
}
