package io.undermoon.proxy.config;

import io.undermoon.config.InvalidSettingException;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a proxy listens for clients that it serves as a replica does: beside each of its other ports, at one distance.
 *
 * @param points none when it has no such port
 * @param announced the address clients are told; that of its masters when it has no such port
 */
record ReplicaListening(List<ListenPoint> points, ProxyAddress announced) {
    /** As from the port of a Redis Cluster node to that of its bus, so it is free where such nodes may be. */
    private static final int DEFAULT_DISTANCE = 10_000;

    private static final int MAX_PORT = 65535;

    /**
     * @param self the address of the proxy in the metadata
     * @param masters where it listens for other clients
     */
    static ReplicaListening of(ProxyConfig config, ProxyAddress self, List<ListenPoint> masters) {
        HostPort main = config.address();
        Optional<Integer> wanted = config.replicaPort();
        boolean isMapped = masters.stream().noneMatch(point -> point.address().port() == self.port());
        int port = wanted.orElse(isMapped ? 0 : main.port() + DEFAULT_DISTANCE);
        int distance = port - main.port();
        boolean fits = port > 0 && masters.stream().allMatch(point -> isFree(point.address(), distance, masters));
        if (wanted.isPresent() && port > 0 && !fits) {
            throw new InvalidSettingException(
                    "replica_port",
                    port,
                    "expected a port that differs from those of address and tls.address, also with the distance "
                            + "between them added, up to " + MAX_PORT);
        }
        HostPort announced = config.announceReplicaAddress().orElse(null);
        if (!fits) {
            if (announced != null) {
                throw new InvalidSettingException(
                        "announce_replica_address", announced, "expected replica_port beside it");
            }
            return new ReplicaListening(List.of(), self);
        }
        return new ReplicaListening(
                masters.stream().map(point -> point.forReplicas(distance)).toList(),
                announced(config, self, distance, announced));
    }

    private static ProxyAddress announced(
            ProxyConfig config, ProxyAddress self, int distance, @Nullable HostPort announced) {
        HostPort listening = config.tls().peers() ? config.tls().address().orElse(config.address()) : config.address();
        HostPort address = announced == null ? new HostPort(self.host(), listening.port() + distance) : announced;
        return new ProxyAddress(address.toString());
    }

    private static boolean isFree(HostPort address, int distance, List<ListenPoint> masters) {
        int port = address.port() + distance;
        return port >= 1
                && port <= MAX_PORT
                && masters.stream().noneMatch(other -> other.address().port() == port);
    }
}
