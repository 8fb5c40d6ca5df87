package io.undermoon.proxy.server;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterLimits;
import io.undermoon.metadata.MigrationConfig;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.PastUse;
import io.undermoon.metadata.PeerProxy;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ReplMeta;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.ReplicaNode;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.metadata.Tenancy;
import io.undermoon.umctl.ClusterChange;
import io.undermoon.umctl.CompressedCluster;

/**
 * The values that are read from JSON, in the compressed form of {@code UMCTL SETCLUSTER} and in the broker's replies,
 * for native images.
 */
@RegisterForReflection(
        targets = {
            ClusterConfig.class,
            ClusterLimits.class,
            ClusterChange.class,
            CompressedCluster.class,
            MigrationConfig.class,
            MigrationMeta.class,
            Node.class,
            PastUse.class,
            PeerProxy.class,
            Proxy.class,
            ReplMeta.class,
            ReplPeer.class,
            ReplicaNode.class,
            TaggedSlots.class,
            Tenancy.class
        })
final class NativeReflection {
    private NativeReflection() {}
}
