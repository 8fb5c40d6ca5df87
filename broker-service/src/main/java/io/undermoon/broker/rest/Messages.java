package io.undermoon.broker.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.undermoon.broker.state.Location;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import java.util.SortedMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
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

    /**
     * A new cluster.
     *
     * @param copies how many copies of its data it is to have; with more than two each chunk has hot spares
     */
    public record NewCluster(
            @Schema(minimum = "4", maximum = "32768", multipleOf = 4, examples = "4")
            long nodeNumber,

            @Schema(minimum = "2", maximum = "5", examples = "3") @Nullable
            Integer copies) {}

    /** The number of nodes to add. */
    public record NodeNumber(
            @Schema(minimum = "4", maximum = "32768", multipleOf = 4, examples = "4")
            long nodeNumber) {}

    /** The total number of nodes a cluster should have. */
    public record ClusterNodeNumber(
            @Schema(minimum = "4", maximum = "32768", multipleOf = 4, examples = "8")
            long clusterNodeNumber) {}

    /** A proxy that registers. */
    public record ProxyRegistration(
            @Schema(implementation = ProxyAddress.class, required = true) @Nullable
            String proxyAddress,

            @Schema(
                    implementation = NodeAddress[].class,
                    required = true,
                    minItems = 2,
                    maxItems = 2,
                    uniqueItems = true,
                    examples = "[\"10.0.0.1:7001\",\"10.0.0.1:7002\"]")
            @Nullable
            List<String> nodes,

            @Schema(examples = "rack-1") @Nullable String host,
            @Schema(examples = "0") @Nullable Long index,

            @Schema(implementation = ProxyAddress.class) @Nullable
            String replicaAddress,

            @Schema(examples = "false") @Nullable Boolean marksNodes,
            @Schema(examples = "4f1c0a6be1d3a5f2") @Nullable String installationId,

            @Schema(examples = "node 10.0.0.1:7001 has keys of no cluster") @Nullable
            String unusable) {}

    /** The brokers that receive copies of the metadata. */
    public record ReplicaAddresses(
            @Schema(implementation = ProxyAddress[].class, required = true, examples = "[\"10.0.0.8:7799\"]") @Nullable
            List<String> replicaAddresses) {}

    /** The proxies that did not answer an epoch recovery. */
    public record FailedAddresses(List<ProxyAddress> failedAddresses) {}

    /** Where proxies run; a member of a request that is {@code {}} says that it is not known. */
    public record Locations(
            @Schema(
                    required = true,
                    description = "by address of the proxy",
                    examples = "{\"10.0.0.1:5299\":{\"zone\":\"eu-1a\",\"machine\":\"node-7\"}}")
            @Nullable
            SortedMap<String, Location> locations) {}

    /** The hosts after whose loss a chunk could not be repaired. */
    public record HostsCannotFail(List<String> hostsCannotFail) {}

    /** The global epoch. */
    public record EpochReply(Epoch epoch) {}

    /** The proxies of each cluster. */
    public record ClusterProxies(SortedMap<ClusterName, List<ProxyAddress>> clusters) {}

    /** The epoch each proxy should have. */
    public record ProxyEpochsReply(SortedMap<ProxyAddress, Epoch> epochs) {}
}
