package io.undermoon.broker.rest;

import io.smallrye.common.annotation.Blocking;
import io.undermoon.broker.plan.Epochs;
import io.undermoon.broker.rest.Messages.FailedAddresses;
import io.undermoon.broker.store.EpochRecovery;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.metadata.Epoch;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The global epoch. */
@Path("/api/v3/epoch")
@Tag(name = "epochs")
public final class EpochResource {
    private final MetadataWriter metadata;
    private final EpochRecovery recovery;

    EpochResource(MetadataWriter metadata, EpochRecovery recovery) {
        this.metadata = metadata;
        this.recovery = recovery;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(summary = "The global epoch, a bare number")
    public Epoch epoch() {
        return metadata.state().globalEpoch();
    }

    @PUT
    @Path("/recovery")
    @Blocking
    @Operation(
            summary = "Learn from the proxies what they know better, and lift all epochs above theirs; returns the"
                    + " proxies that could not be asked")
    public CompletionStage<FailedAddresses> recover(@QueryParam("force") @DefaultValue("false") String force) {
        return recovery.recover(Input.flag("force", force))
                .thenApply(report -> new FailedAddresses(report.unanswered()));
    }

    @PUT
    @Path("/{epoch}")
    @Operation(summary = "Lift all epochs to a higher number")
    public Response liftTo(@PathParam("epoch") String epoch) {
        Epoch wanted = new Epoch(Input.number("epoch", epoch));
        metadata.change((state, context) -> Epochs.liftTo(state, wanted));
        return Response.ok().build();
    }
}
