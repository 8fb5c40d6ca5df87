package io.undermoon.broker.rest;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.undermoon.broker.data.CommandLine;
import io.undermoon.broker.data.KeyPage;
import io.undermoon.broker.data.KeyValue;
import io.undermoon.broker.observe.ClusterFigures;
import io.undermoon.broker.observe.ClusterHealth;
import io.undermoon.broker.observe.History;
import io.undermoon.broker.plan.Changes;
import io.undermoon.broker.plan.Replicas;
import io.undermoon.broker.state.AuditEntry;
import io.undermoon.broker.state.Backup;
import io.undermoon.broker.state.ClusterUpdate;
import io.undermoon.broker.state.Location;
import io.undermoon.broker.state.LongOperation;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.Spare;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.broker.state.TaskMeta;
import io.undermoon.broker.store.EpochRecovery;
import io.undermoon.broker.store.MigrationProgressCache;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterLimits;
import io.undermoon.metadata.MigrationConfig;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
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
import io.undermoon.umctl.MigrationProgress;

/** The registration of JSON types for reflection in native images. */
@RegisterForReflection(
        targets = {
            AuditEntry.class,
            AuditResource.AuditReply.class,
            Backup.class,
            EpochRecovery.RecoveryReport.class,
            StoredChunk.class,
            Spare.class,
            Cluster.class,
            ClusterConfig.class,
            ClusterLimits.class,
            StoredCluster.class,
            Metadata.class,
            MigratingSlots.class,
            LongOperation.class,
            LongOperation.Kind.class,
            LongOperation.State.class,
            OperationResource.OperationReply.class,
            OperationResource.OperationList.class,
            MigrationConfig.class,
            MigrationMeta.class,
            MigrationTask.class,
            Node.class,
            PeerProxy.class,
            Proxy.class,
            ProxyResource.class,
            ProxyResource.Marking.class,
            Location.class,
            PastUse.class,
            Tenancy.class,
            ReplMeta.class,
            ReplPeer.class,
            ReplicaNode.class,
            RolePosition.class,
            TaggedSlots.class,
            TaskMeta.class,
            Changes.Move.class,
            ClusterFigures.class,
            ClusterHealth.class,
            History.Extract.class,
            OverviewMessages.Caller.class,
            OverviewMessages.ClusterDetails.class,
            OverviewMessages.ClusterOverview.class,
            OverviewMessages.CoordinatorCounts.class,
            OverviewMessages.HostOverview.class,
            OverviewMessages.NodeStatus.class,
            OverviewMessages.Overview.class,
            OverviewMessages.ProblemStatus.class,
            OverviewMessages.ProxyCounts.class,
            OverviewMessages.ProxyFigures.class,
            OverviewMessages.ProxyStatus.class,
            OverviewMessages.ProxyStatuses.class,
            OverviewMessages.RemedyStatus.class,
            OverviewMessages.Storage.class,
            OverviewMessages.Verdict.class,
            CommandLine.Reply.class,
            KeyPage.class,
            KeyPage.Entry.class,
            KeyValue.class,
            KeyValue.Element.class,
            KeyResource.CommandRequest.class,
            KeyResource.ExpireRequest.class,
            KeyResource.KeyChanged.class,
            KeyResource.KeyRequest.class,
            KeyResource.ScanRequest.class,
            UsageMessages.HotKey.class,
            UsageMessages.HotKeys.class,
            UsageMessages.HotSlot.class,
            UsageMessages.HotSlots.class,
            UsageMessages.ProxyProblem.class,
            UsageMessages.ProxyProblems.class,
            PreviewResource.PreviewReply.class,
            PreviewResource.PreviewRequest.class,
            Messages.Names.class,
            Messages.Addresses.class,
            Messages.ClusterReply.class,
            Messages.ProxyReply.class,
            Messages.NewCluster.class,
            Messages.NodeNumber.class,
            Messages.ClusterNodeNumber.class,
            Messages.ProxyRegistration.class,
            Messages.ReplicaAddresses.class,
            Messages.Locations.class,
            Messages.FailedAddresses.class,
            Messages.HostsCannotFail.class,
            Messages.EpochReply.class,
            Messages.ProxyEpochsReply.class,
            Messages.ClusterProxies.class,
            ClusterChange.class,
            CompressedCluster.class,
            ClusterUpdate.class,
            MigrationMessages.AbortReply.class,
            MigrationMessages.AbortedMigration.class,
            MigrationMessages.ClusterStatus.class,
            MigrationMessages.ClusterStatuses.class,
            MigrationMessages.HostDrain.class,
            MigrationMessages.HostDrainsReply.class,
            MigrationMessages.MigrationStatus.class,
            MigrationMessages.PlannedMigrations.class,
            MigrationMessages.ProgressReports.class,
            MigrationMessages.RebalanceRequest.class,
            MigrationMessages.ReshardRequest.class,
            MaintenanceResource.MaintenanceReply.class,
            MaintenanceResource.MaintenanceList.class,
            ReplicaResource.FailingProxy.class,
            ReplicaResource.FailingProxies.class,
            CoordinatorResource.CoordinatorList.class,
            ReplicaResource.Replica.class,
            ReplicaResource.ReplicaList.class,
            ReplicaResource.ReplicaReports.class,
            ReplicaResource.OutdatedReports.class,
            Replicas.Report.class,
            MigrationProgress.class,
            MigrationProgress.Side.class,
            MigrationProgress.State.class,
            MigrationProgressCache.Report.class,
        })
final class NativeReflection {
    private NativeReflection() {}
}
