package io.undermoon.broker.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.undermoon.broker.plan.Advice;
import io.undermoon.broker.plan.FailureReports;
import io.undermoon.broker.plan.PlanContext;
import io.undermoon.broker.plan.Replicas;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.state.Spare;
import io.undermoon.broker.state.StoredChunk;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The resource of copies: which replicas have the data of their masters, and which proxies do not work. */
@Path("/api/v3/clusters")
@Tag(name = "replicas")
public final class ReplicaResource {
    private final MetadataWriter metadata;

    ReplicaResource(MetadataWriter metadata) {
        this.metadata = metadata;
    }

    /**
     * A replica.
     *
     * @param inSync whether it may become master when the proxy of its master fails; null as long as no coordinator has
     *     reported a replica of the chunk, and for a spare, which does not become master before it is a half
     * @param spare true for the replica behind a spare; not written for others
     */
    public record Replica(
            NodeAddress nodeAddress,
            ProxyAddress proxyAddress,
            NodeAddress masterAddress,
            ProxyAddress masterProxyAddress,
            @Nullable Boolean inSync,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Boolean spare) {}

    /**
     * The replicas of a cluster.
     *
     * @param notices what is wrong with the copies, and what would help
     */
    public record ReplicaList(List<Replica> replicas, List<String> notices) {}

    /** What a coordinator has seen of replicas. */
    public record ReplicaReports(
            @Schema(required = true) @Nullable List<Replicas.Report> replicas) {}

    /** The reports that are about other metadata than the present, and change nothing. */
    public record OutdatedReports(List<Replicas.Report> outdated) {}

    @GET
    @Path("/replicas/{name}")
    @Operation(summary = "The replicas of a cluster, and which are in sync with their masters")
    public ReplicaList replicas(@PathParam("name") String name) {
        Metadata state = metadata.state();
        return Input.existingClusterName(name)
                .map(state.clusters()::get)
                .map(cluster -> new ReplicaList(replicas(cluster), Advice.of(state, metadata.planContext(), cluster)))
                .orElseThrow(() ->
                        new UndermoonException(ErrorCode.CLUSTER_NOT_FOUND, "there is no cluster '" + name + "'"));
    }

    /**
     * A proxy that does not work.
     *
     * @param nodeAddresses its Redis nodes
     * @param state {@code fail}, or {@code pfail} while it is reported by fewer coordinators than it takes
     */
    public record FailingProxy(ProxyAddress proxyAddress, List<NodeAddress> nodeAddresses, String state) {}

    /** The proxies of a cluster that do not work. */
    public record FailingProxies(List<FailingProxy> failing) {}

    @GET
    @Path("/failing/{name}")
    @Operation(summary = "The proxies of a cluster that have failed or are reported; for proxies")
    public FailingProxies failing(@PathParam("name") String name) {
        Metadata state = metadata.state();
        PlanContext context = metadata.planContext();
        return Input.existingClusterName(name)
                .map(state.clusters()::get)
                .map(cluster -> failing(state, context, cluster))
                .orElseThrow(() ->
                        new UndermoonException(ErrorCode.CLUSTER_NOT_FOUND, "there is no cluster '" + name + "'"));
    }

    private static FailingProxies failing(Metadata state, PlanContext context, StoredCluster cluster) {
        Set<ProxyAddress> down = FailureReports.down(state, context);
        return new FailingProxies(cluster.proxies()
                .filter(proxy -> down.contains(proxy) || FailureReports.isSuspected(state, context, proxy))
                .map(proxy -> new FailingProxy(
                        proxy,
                        Objects.requireNonNull(state.allProxies().get(proxy)).nodeAddresses(),
                        down.contains(proxy) ? "fail" : "pfail"))
                .toList());
    }

    @PUT
    @Path("/replicas")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Say which replicas are in sync; for coordinators. Returns the reports that are outdated")
    public OutdatedReports report(@Nullable ReplicaReports body) {
        List<Replicas.Report> reports =
                Input.member("replicas", Input.body(body).replicas());
        reports.forEach(report -> Input.member("replicas", report));
        return new OutdatedReports(metadata.change((state, context) -> Replicas.report(state, reports)));
    }

    private static List<Replica> replicas(StoredCluster cluster) {
        List<Replica> replicas = new ArrayList<>();
        for (StoredChunk chunk : cluster.chunks()) {
            for (int part = 0; part < StoredChunk.PARTS; part++) {
                int master = chunk.rolePosition().masterNode(part);
                int replica = RolePosition.replicationPeer(master);
                replicas.add(new Replica(
                        chunk.nodeAddresses().get(replica),
                        chunk.proxyOfNode(replica),
                        chunk.nodeAddresses().get(master),
                        chunk.proxyOfNode(master),
                        chunk.tracksReplicas() ? chunk.isSynced(part) : null,
                        null));
            }
            for (Spare spare : chunk.spares()) {
                for (int part = 0; part < StoredChunk.PARTS; part++) {
                    replicas.add(new Replica(
                            spare.nodeOfPart(part),
                            spare.proxyAddress(),
                            chunk.master(part),
                            chunk.proxyOfNode(chunk.rolePosition().masterNode(part)),
                            null,
                            true));
                }
            }
        }
        return replicas;
    }
}
