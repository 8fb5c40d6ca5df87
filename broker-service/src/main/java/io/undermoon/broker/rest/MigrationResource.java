package io.undermoon.broker.rest;

import io.smallrye.common.annotation.Blocking;
import io.undermoon.broker.plan.Commits;
import io.undermoon.broker.store.ClusterScaling;
import io.undermoon.broker.store.MetadataStore;
import io.undermoon.metadata.MigrationTask;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Migrations of slots: starting and committing them. */
@Path("/api/v3/clusters/migrations")
@Tag(name = "migrations")
public final class MigrationResource {
    private final MetadataStore store;
    private final ClusterScaling scaling;

    MigrationResource(MetadataStore store, ClusterScaling scaling) {
        this.store = store;
        this.scaling = scaling;
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
    @Operation(summary = "Bring a cluster to a number of nodes; waits until the proxies of new nodes know them")
    public CompletionStage<Response> scaleTo(
            @PathParam("name") String name, @PathParam("node_number") String nodeNumber) {
        return scaling.scaleTo(Input.clusterName(name), Input.number("node_number", nodeNumber))
                .thenApply(done -> Response.ok().build());
    }

    @PUT
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Commit a finished migration")
    public Response commit(@Nullable MigrationTask body) {
        MigrationTask task = Input.body(body);
        store.change((state, rules) -> Commits.commit(state, rules, task));
        return Response.ok().build();
    }
}
