package io.undermoon.coordinator.broker;

import static java.util.Objects.requireNonNull;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.undermoon.coordinator.port.FailureLedger;
import io.undermoon.coordinator.port.MetadataSource;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterInfo;
import io.undermoon.metadata.ClusterLimits;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationConfig;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.PastUse;
import io.undermoon.metadata.PeerProxy;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplMeta;
import io.undermoon.metadata.ReplPeer;
import io.undermoon.metadata.ReplicaNode;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.metadata.Tenancy;
import io.undermoon.umctl.ClusterChange;
import io.undermoon.umctl.CompressedCluster;
import io.undermoon.umctl.MigrationProgress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The bodies of the broker's replies, as far as the metadata records are not the bodies themselves. */
@RegisterForReflection(
        targets = {
            BrokerMessages.Addresses.class,
            BrokerMessages.Names.class,
            BrokerMessages.ProxyBody.class,
            BrokerMessages.ClusterBody.class,
            BrokerMessages.Epochs.class,
            BrokerMessages.ClusterProxies.class,
            BrokerMessages.EpochBody.class,
            BrokerMessages.FailedAddresses.class,
            BrokerMessages.ProgressReports.class,
            BrokerMessages.ReplicaReports.class,
            BrokerMessages.OutdatedReports.class,
            FailureLedger.ReplicaReport.class,
            MetadataSource.ProgressReport.class,
            MetadataSource.ClusterUpdate.class,
            MigrationProgress.class,
            MigrationProgress.Side.class,
            MigrationProgress.State.class,
            Cluster.class,
            ClusterConfig.class,
            ClusterLimits.class,
            ClusterInfo.class,
            ClusterChange.class,
            CompressedCluster.class,
            MigrationConfig.class,
            MigrationMeta.class,
            MigrationTask.class,
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
final class BrokerMessages {
    private BrokerMessages() {}

    record Addresses(List<ProxyAddress> addresses) {
        Addresses {
            requireNonNull(addresses, "addresses");
            addresses = List.copyOf(addresses);
        }
    }

    record Names(List<ClusterName> names) {
        Names {
            requireNonNull(names, "names");
            names = List.copyOf(names);
        }
    }

    record ProxyBody(@Nullable Proxy proxy) {}

    record ClusterBody(@Nullable Cluster cluster) {}

    record Epochs(Map<ProxyAddress, Epoch> epochs) {
        Epochs {
            requireNonNull(epochs, "epochs");
        }
    }

    record ClusterProxies(Map<ClusterName, List<ProxyAddress>> clusters) {
        ClusterProxies {
            requireNonNull(clusters, "clusters");
        }
    }

    record EpochBody(Epoch epoch) {
        EpochBody {
            requireNonNull(epoch, "epoch");
        }
    }

    record ProgressReports(List<MetadataSource.ProgressReport> reports) {}

    record ReplicaReports(List<FailureLedger.ReplicaReport> replicas) {}

    record OutdatedReports(List<FailureLedger.ReplicaReport> outdated) {
        OutdatedReports {
            requireNonNull(outdated, "outdated");
            outdated = List.copyOf(outdated);
        }
    }

    record FailedAddresses(List<ProxyAddress> failedAddresses) {
        FailedAddresses {
            requireNonNull(failedAddresses, "failed_addresses");
            failedAddresses = List.copyOf(failedAddresses);
        }
    }
}
