package io.undermoon.broker.rest;

import io.undermoon.broker.config.Settings;
import io.undermoon.broker.plan.Balancing;
import io.undermoon.broker.plan.Clusters;
import io.undermoon.broker.plan.Switchover;
import io.undermoon.broker.rest.Messages.ClusterNodeNumber;
import io.undermoon.broker.rest.Messages.ClusterProxies;
import io.undermoon.broker.rest.Messages.ClusterReply;
import io.undermoon.broker.rest.Messages.Names;
import io.undermoon.broker.rest.Messages.NewCluster;
import io.undermoon.broker.rest.Messages.NodeNumber;
import io.undermoon.broker.rest.MigrationMessages.ClusterStatus;
import io.undermoon.broker.rest.MigrationMessages.ClusterStatuses;
import io.undermoon.broker.state.ClusterUpdate;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.MetadataView;
import io.undermoon.broker.store.ClusterScaling;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The resource of clusters. */
@Path("/api/v3/clusters")
@Tag(name = "clusters")
public final class ClusterResource {
    private final MetadataWriter metadata;
    private final ClusterScaling scaling;
    private final Settings settings;
    private final MigrationStatuses statuses;

    ClusterResource(MetadataWriter metadata, ClusterScaling scaling, Settings settings, MigrationStatuses statuses) {
        this.statuses = statuses;
        this.metadata = metadata;
        this.scaling = scaling;
        this.settings = settings;
    }

    @GET
    @Path("/names")
    @Operation(summary = "The names of all clusters, sorted")
    public Names names(@QueryParam("offset") @Nullable String offset, @QueryParam("limit") @Nullable String limit) {
        return new Names(Input.page(List.copyOf(metadata.state().clusters().keySet()), offset, limit));
    }

    @GET
    @Path("/meta/{name}")
    @Operation(summary = "A cluster, null if there is none of that name")
    public ClusterReply cluster(@PathParam("name") String name) {
        return new ClusterReply(Input.existingClusterName(name)
                .flatMap(metadata.view()::cluster)
                .map(ClusterView::cluster)
                .orElse(null));
    }

    @GET
    @Path("/proxies")
    @Operation(summary = "The proxies of each cluster")
    public ClusterProxies proxies() {
        SortedMap<ClusterName, List<ProxyAddress>> clusters = new TreeMap<>();
        metadata.state()
                .clusters()
                .forEach((name, cluster) -> clusters.put(name, cluster.proxies().toList()));
        return new ClusterProxies(clusters);
    }

    @GET
    @Path("/updates/{name}")
    @Operation(summary = "What leads the proxies of a cluster from one of its epochs to the present; for coordinators")
    public ClusterUpdate update(@PathParam("name") String name, @QueryParam("base") @DefaultValue("0") String base) {
        Epoch epoch = new Epoch(Input.number("base", base));
        return Input.existingClusterName(name)
                .flatMap(cluster -> metadata.view().update(cluster, epoch))
                .orElseThrow(() ->
                        new UndermoonException(ErrorCode.CLUSTER_NOT_FOUND, "there is no cluster '" + name + "'"));
    }

    @POST
    @Path("/meta/{name}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Create a cluster")
    public Response create(@PathParam("name") String name, @Nullable NewCluster body) {
        ClusterName cluster = Input.clusterName(name);
        NewCluster given = Input.body(body);
        ClusterConfig config = settings.newClusterConfig();
        ClusterConfig wanted = given.copies() == null
                ? config
                : Clusters.with(config, "copies", given.copies().toString());
        metadata.change((state, context) -> Clusters.create(state, context, cluster, given.nodeNumber(), wanted));
        return Response.ok().build();
    }

    @DELETE
    @Path("/meta/{name}")
    @Operation(summary = "Remove a cluster; its proxies become free")
    public Response remove(@PathParam("name") String name) {
        ClusterName cluster = Input.clusterName(name);
        metadata.change((state, context) -> Clusters.remove(state, cluster));
        return Response.ok().build();
    }

    @GET
    @Path("/info")
    @Operation(summary = "All clusters: their sizes, and how far their migrations are")
    public ClusterStatuses infos(
            @QueryParam("offset") @Nullable String offset, @QueryParam("limit") @Nullable String limit) {
        MetadataView view = metadata.view();
        return new ClusterStatuses(
                Input.page(List.copyOf(view.state().clusters().keySet()), offset, limit).stream()
                        .flatMap(name -> view.cluster(name).stream())
                        .map(statuses::of)
                        .toList());
    }

    @GET
    @Path("/info/{name}")
    @Operation(summary = "The size of a cluster, and how far its migrations are")
    public ClusterStatus info(@PathParam("name") String name) {
        return Input.existingClusterName(name)
                .flatMap(metadata.view()::cluster)
                .map(statuses::of)
                .orElseThrow(() ->
                        new UndermoonException(ErrorCode.CLUSTER_NOT_FOUND, "there is no cluster '" + name + "'"));
    }

    @PATCH
    @Path("/nodes/{name}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Add a number of nodes; returns the new ones")
    public List<Node> addNodes(@PathParam("name") String name, @Nullable NodeNumber body) {
        return scaling.addNodes(Input.clusterName(name), Input.body(body).nodeNumber());
    }

    @PUT
    @Path("/nodes/{name}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Add nodes up to a total; returns the new ones")
    public List<Node> growTo(@PathParam("name") String name, @Nullable ClusterNodeNumber body) {
        return scaling.growTo(Input.clusterName(name), Input.body(body).clusterNodeNumber());
    }

    @DELETE
    @Path("/free_nodes/{name}")
    @Operation(summary = "Take the nodes without slots out of a cluster")
    public Response deleteFreeNodes(@PathParam("name") String name) {
        scaling.deleteFreeNodes(Input.clusterName(name));
        return Response.ok().build();
    }

    @PATCH
    @Path("/config/{name}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Set fields of a cluster's configuration, all or none")
    public Response configure(@PathParam("name") String name, @Nullable Map<String, String> body) {
        ClusterName cluster = Input.clusterName(name);
        Map<String, String> fields = Input.body(body);
        metadata.change((state, context) -> Clusters.configure(state, context, cluster, fields));
        return Response.ok().build();
    }

    @POST
    @Path("/switchover/{name}")
    @Operation(summary = "Make a replica master without the loss of a write")
    public Response switchOver(
            @PathParam("name") String name, @Parameter(required = true) @QueryParam("node") @Nullable String node) {
        ClusterName cluster = Input.clusterName(name);
        NodeAddress address = Input.nodeAddress("node", node);
        metadata.change((state, context) -> Switchover.to(state, context, cluster, address));
        return Response.ok().build();
    }

    @PUT
    @Path("/balance/{name}")
    @Operation(summary = "Spread the masters evenly again after failovers")
    public Response balance(@PathParam("name") String name) {
        ClusterName cluster = Input.clusterName(name);
        metadata.change((state, context) -> Balancing.balanceMasters(state, context, cluster));
        return Response.ok().build();
    }
}
