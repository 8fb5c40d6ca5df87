package io.undermoon.proxy.server;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.MigrationConfig;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.ReplicaNode;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.umctl.CompressedCluster;

/** The values that are read from JSON, in the compressed form of {@code UMCTL SETCLUSTER}, for native images. */
@RegisterForReflection(
        targets = {
            ClusterConfig.class,
            CompressedCluster.class,
            MigrationConfig.class,
            MigrationMeta.class,
            ReplicaNode.class,
            TaggedSlots.class
        })
final class NativeReflection {
    private NativeReflection() {}
}
