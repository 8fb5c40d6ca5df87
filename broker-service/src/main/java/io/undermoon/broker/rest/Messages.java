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

/** The bodies of requests and replies that are not metadata themselves. */
public final class Messages {
    private Messages() {}

    /** Names of clusters. */
    public record Names(List<ClusterName> names) {}

    /** Addresses of proxies. */
    public record Addresses(List<ProxyAddress> addresses) {}

    /** A cluster, {@code null} when there is none of that name. */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record ClusterReply(@Nullable Cluster cluster) {}

    /** A proxy, {@code null} when there is none of that address. */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record ProxyReply(@Nullable Proxy proxy) {}

    /** How many nodes a new cluster has, or how many are added. */
    public record NodeNumber(long nodeNumber) {}

    /** How many nodes a cluster shall have in total. */
    public record ClusterNodeNumber(long clusterNodeNumber) {}

    /** A proxy that registers. */
    public record ProxyRegistration(
            @Nullable String proxyAddress,
            @Nullable List<String> nodes,
            @Nullable String host,
            @Nullable Long index) {}

    /** The brokers that get copies of the metadata. */
    public record ReplicaAddresses(@Nullable List<String> replicaAddresses) {}

    /** The proxies an epoch recovery could not ask. */
    public record FailedAddresses(List<ProxyAddress> failedAddresses) {}

    /** The hosts whose loss cannot be made up for. */
    public record HostsCannotFail(List<String> hostsCannotFail) {}

    /** The global epoch. */
    public record EpochReply(Epoch epoch) {}

    /** The epoch each proxy should have. */
    public record ProxyEpochsReply(SortedMap<ProxyAddress, Epoch> epochs) {}
}
