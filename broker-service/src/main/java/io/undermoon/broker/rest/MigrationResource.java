package io.undermoon.broker.rest;

import io.smallrye.common.annotation.Blocking;
import io.undermoon.broker.plan.Aborts;
import io.undermoon.broker.plan.Rebalancing;
import io.undermoon.broker.plan.Resharding;
import io.undermoon.broker.rest.MigrationMessages.AbortReply;
import io.undermoon.broker.rest.MigrationMessages.PlannedMigrations;
import io.undermoon.broker.rest.MigrationMessages.ProgressReports;
import io.undermoon.broker.rest.MigrationMessages.RebalanceRequest;
import io.undermoon.broker.rest.MigrationMessages.ReshardRequest;
import io.undermoon.broker.state.MigratingSlots;
import io.undermoon.broker.store.ClusterScaling;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.broker.store.MigrationAborts;
import io.undermoon.broker.store.MigrationCommits;
import io.undermoon.broker.store.MigrationProgressCache;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationTask;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The resource of slot migrations. */
@Path("/api/v3/clusters/migrations")
@Tag(name = "migrations")
public final class MigrationResource {
    private final MetadataWriter metadata;
    private final ClusterScaling scaling;
    private final MigrationAborts aborts;
    private final MigrationCommits commits;
    private final MigrationProgressCache progress;
    private final MigrationStatuses statuses;

    MigrationResource(
            MetadataWriter metadata,
            ClusterScaling scaling,
            MigrationAborts aborts,
            MigrationCommits commits,
            MigrationProgressCache progress,
            MigrationStatuses statuses) {
        this.metadata = metadata;
        this.scaling = scaling;
        this.aborts = aborts;
        this.commits = commits;
        this.progress = progress;
        this.statuses = statuses;
    }

    @POST
    @Path("/expand/{name}")
    @Operation(summary = "Move slots to the nodes that have none")
    public Response expand(@PathParam("name") String name) {
        scaling.expand(Input.clusterName(name));
        return Response.ok().build();
    }

    @POST
    @Path("/shrink/{name}/{node_number}")
    @Operation(summary = "Move all slots to the first nodes")
    public Response shrink(@PathParam("name") String name, @PathParam("node_number") String nodeNumber) {
        scaling.shrink(Input.clusterName(name), Input.number("node_number", nodeNumber));
        return Response.ok().build();
    }

    @POST
    @Path("/auto/{name}/{node_number}")
    @Blocking
    @Operation(
            summary = "Bring a cluster to a number of nodes; waits until the proxies of new nodes know them."
                    + " Migrations towards another number are aborted first")
    public CompletionStage<Response> scaleTo(
            @PathParam("name") String name, @PathParam("node_number") String nodeNumber) {
        return scaling.scaleTo(Input.clusterName(name), Input.number("node_number", nodeNumber))
                .thenApply(done -> Response.ok().build());
    }

    @POST
    @Path("/reshard/{name}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Move a number of slots or given slots to a master; returns the planned migrations")
    public PlannedMigrations reshard(@PathParam("name") String name, @Nullable ReshardRequest body) {
        ReshardRequest given = Input.body(body);
        Resharding.Request request = new Resharding.Request(
                given.sources() == null ? List.of() : given.sources(),
                Input.member("destination", given.destination()),
                given.slotNumber(),
                given.rangeList());
        ClusterName cluster = Input.clusterName(name);
        return planned(cluster, scaling.reshard(cluster, request));
    }

    @POST
    @Path("/rebalance/{name}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Spread the slots by weight over the nodes there are; returns the planned migrations")
    public PlannedMigrations rebalance(@PathParam("name") String name, @Nullable RebalanceRequest body) {
        Map<String, Double> weights = body == null || body.weights() == null ? Map.of() : body.weights();
        double threshold =
                body == null || body.threshold() == null ? Rebalancing.DEFAULT_THRESHOLD_PERCENT : body.threshold();
        ClusterName cluster = Input.clusterName(name);
        return planned(cluster, scaling.rebalance(cluster, new Rebalancing.Request(weights, threshold)));
    }

    @DELETE
    @Path("/{name}")
    @Blocking
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = AbortReply.class)))
    @Operation(
            summary = "Abort the migrations of a cluster that have not switched, or some of them;"
                    + " end an automatic scaling that waits")
    public CompletionStage<Response> abort(
            @PathParam("name") String name,
            @Parameter(description = "Only migrations that move any of these slots, such as 0-100,300-300")
                    @QueryParam("slots")
                    @Nullable
                    String slots,
            @Parameter(description = "Only migrations of this epoch") @QueryParam("epoch") @Nullable String epoch) {
        ClusterName cluster = Input.clusterName(name);
        Aborts.Selection selection = new Aborts.Selection(
                Optional.ofNullable(slots).map(Input::slots),
                Optional.ofNullable(epoch).map(text -> new Epoch(Input.number("epoch", text))));
        boolean cancelled = selection.equals(Aborts.Selection.ALL) && scaling.cancel(cluster);
        return aborts.abort(cluster, selection).thenApply(results -> AbortReplies.of(cluster, cancelled, results));
    }

    @PUT
    @Path("/progress")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Say how far migrations are; for coordinators")
    public Response report(@Nullable ProgressReports body) {
        progress.accept(Input.member("reports", Input.body(body).reports()));
        return Response.ok().build();
    }

    private PlannedMigrations planned(ClusterName name, List<MigratingSlots> tasks) {
        return new PlannedMigrations(metadata.view()
                .cluster(name)
                .map(view -> statuses.of(view, tasks))
                .orElse(List.of()));
    }

    @PUT
    @Blocking
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Commit a migration that its source or destination says is finished")
    public CompletionStage<Response> commit(@Nullable MigrationTask body) {
        return commits.commit(Input.body(body)).thenApply(done -> Response.ok().build());
    }
}
