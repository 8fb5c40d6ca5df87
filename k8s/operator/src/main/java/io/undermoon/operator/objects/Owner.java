package io.undermoon.operator.objects;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.undermoon.operator.api.UndermoonCluster;
import io.undermoon.operator.api.UndermoonClusterSpec;
import io.undermoon.operator.objects.Names.Component;
import org.jspecify.annotations.Nullable;

/**
 * The cluster that owns objects.
 *
 * @param access its secrets
 */
record Owner(UndermoonCluster cluster, Names names, Access access) {
    UndermoonClusterSpec spec() {
        return cluster.getSpec();
    }

    /**
     * Metadata of an object of the cluster.
     *
     * @param component null for one of all pods
     */
    ObjectMeta meta(String name, @Nullable Component component) {
        return new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(names.namespace())
                .withLabels(component == null ? names.labels() : names.labels(component))
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion(cluster.getApiVersion())
                        .withKind(cluster.getKind())
                        .withName(cluster.getMetadata().getName())
                        .withUid(cluster.getMetadata().getUid())
                        .withController(true)
                        .withBlockOwnerDeletion(true)
                        .build())
                .build();
    }
}
