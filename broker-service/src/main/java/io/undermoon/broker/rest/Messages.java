package io.undermoon.broker.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** The bodies of requests and replies other than the metadata records. */
public final class Messages {
    private Messages() {}

    /** Names of clusters. */
    public record Names(List<ClusterName> names) {}

    /** Addresses of proxies. */
    public record Addresses(List<ProxyAddress> addresses) {}

    /** A cluster; {@code null} if there is none with that name. */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record ClusterReply(@Nullable Cluster cluster) {}

    /** A proxy; {@code null} if there is none with that address. */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record ProxyReply(@Nullable Proxy proxy) {}

    /** The number of nodes of a new cluster, or of nodes to add. */
    public record NodeNumber(long nodeNumber) {}

    /** The total number of nodes a cluster should have. */
    public record ClusterNodeNumber(long clusterNodeNumber) {}

    /** A proxy that registers. */
    public record ProxyRegistration(
            @Nullable String proxyAddress,
            @Nullable List<String> nodes,
            @Nullable String host,
            @Nullable Long index,
            @Nullable String replicaAddress) {}

    /** The brokers that receive copies of the metadata. */
    public record ReplicaAddresses(@Nullable List<String> replicaAddresses) {}

    /** The proxies that did not answer an epoch recovery. */
    public record FailedAddresses(List<ProxyAddress> failedAddresses) {}

    /** The hosts after whose loss a chunk could not be repaired. */
    public record HostsCannotFail(List<String> hostsCannotFail) {}

    /** The global epoch. */
    public record EpochReply(Epoch epoch) {}

    /** The epoch each proxy should have. */
    public record ProxyEpochsReply(SortedMap<ProxyAddress, Epoch> epochs) {}
}
