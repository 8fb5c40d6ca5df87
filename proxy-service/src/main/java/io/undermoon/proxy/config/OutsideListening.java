package io.undermoon.proxy.config;

import io.undermoon.config.InvalidSettingException;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Role;
import io.undermoon.proxy.client.ClientPorts;
import io.undermoon.proxy.client.OutsideAddresses;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Where a proxy listens for clients from outside, who are told other addresses of the proxies than those in the
 * metadata. With TLS where there is TLS for other clients.
 *
 * @param points none when there are no such clients
 * @param file what they are told; absent then
 */
record OutsideListening(List<ListenPoint> points, @Nullable OutsideAddressesFile file) {
    /**
     * @param config the keys
     * @param others where it listens for all other clients
     */
    static OutsideListening of(ProxyConfig.External config, List<ListenPoint> others) {
        HostPort address = config.address().orElse(null);
        String path = config.addressesFile().orElse(null);
        if (address == null) {
            requireAbsent("external.addresses_file", config.addressesFile());
            requireAbsent("external.replica_port", config.replicaPort());
            return new OutsideListening(List.of(), null);
        }
        if (path == null) {
            throw new InvalidSettingException(
                    "external.address",
                    address,
                    "expected external.addresses_file beside it, with what clients are told");
        }
        OutsideAddresses addresses = new OutsideAddresses();
        ListenPoint.Encryption encryption = others.stream()
                .map(ListenPoint::encryption)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        ClientPorts ports = new ClientPorts(
                encryption != null,
                encryption == null ? OptionalInt.of(0) : OptionalInt.empty(),
                encryption == null ? OptionalInt.empty() : OptionalInt.of(0),
                addresses);
        List<ListenPoint> points = new ArrayList<>();
        requireFree("external.address", address, others);
        points.add(new ListenPoint(address, encryption, ports, Role.MASTER));
        config.replicaPort().filter(port -> port > 0).ifPresent(port -> {
            HostPort replicas = new HostPort(address.host(), port);
            requireFree("external.replica_port", replicas, others);
            requireFree("external.replica_port", replicas, points);
            points.add(new ListenPoint(replicas, encryption, ports, Role.REPLICA));
        });
        return new OutsideListening(List.copyOf(points), new OutsideAddressesFile(Path.of(path), addresses));
    }

    private static void requireAbsent(String key, Optional<?> value) {
        value.ifPresent(given -> {
            throw new InvalidSettingException(key, given, "expected external.address beside it, where clients connect");
        });
    }

    private static void requireFree(String key, HostPort wanted, List<ListenPoint> others) {
        if (others.stream().anyMatch(other -> other.address().port() == wanted.port())) {
            throw new InvalidSettingException(key, wanted, "expected a port where no other clients are listened for");
        }
    }
}
