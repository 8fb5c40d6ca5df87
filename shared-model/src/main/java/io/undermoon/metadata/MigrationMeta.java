package io.undermoon.metadata;

import static java.util.Objects.requireNonNull;

/**
 * Which migration a tagged slot range belongs to.
 *
 * @param epoch the cluster epoch at which the migration (re)started; tells a re-defined migration from its predecessor
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
