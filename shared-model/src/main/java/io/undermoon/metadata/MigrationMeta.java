package io.undermoon.metadata;

import static java.util.Objects.requireNonNull;

/**
 * The identity of a migration, in the tag of its slots.
 *
 * @param epoch the cluster epoch at which the migration started or restarted; it distinguishes a restarted migration
 */
public record MigrationMeta(
        Epoch epoch,
        ProxyAddress srcProxyAddress,
        NodeAddress srcNodeAddress,
        ProxyAddress dstProxyAddress,
        NodeAddress dstNodeAddress) {
    public MigrationMeta {
        requireNonNull(epoch, "epoch");
        requireNonNull(srcProxyAddress, "src_proxy_address");
        requireNonNull(srcNodeAddress, "src_node_address");
        requireNonNull(dstProxyAddress, "dst_proxy_address");
        requireNonNull(dstNodeAddress, "dst_node_address");
    }
}
