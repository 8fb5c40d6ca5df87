package io.undermoon.broker.rest;

import io.undermoon.broker.plan.Coordinators;
import io.undermoon.broker.plan.PlanContext;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.store.MetadataWriter;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.util.SortedMap;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The resource of coordinators. */
@Path("/api/v3/coordinators")
@Tag(name = "failures")
public final class CoordinatorResource {
    private final MetadataWriter metadata;

    CoordinatorResource(MetadataWriter metadata) {
        this.metadata = metadata;
    }

    /**
     * The coordinators that are alive.
     *
     * @param coordinators their names, with the time when they last registered in Unix seconds
     * @param quorum how many have to report a proxy for a failure
     */
    public record CoordinatorList(SortedMap<String, Long> coordinators, int quorum) {}

    @GET
    @Operation(summary = "The coordinators that are alive, and how many of them make a failure")
    public CoordinatorList coordinators() {
        Metadata state = metadata.state();
        PlanContext context = metadata.planContext();
        return new CoordinatorList(Coordinators.alive(state, context), Coordinators.quorum(state, context));
    }

    @PUT
    @Path("/{reporter_id}")
    @Operation(summary = "Say that a coordinator is alive, which counts for 15 seconds; for coordinators")
    public Response register(@PathParam("reporter_id") String reporter) {
        FailureResource.requireReporter(reporter);
        metadata.change((state, context) -> Coordinators.register(state, context, reporter));
        return Response.ok().build();
    }
}
