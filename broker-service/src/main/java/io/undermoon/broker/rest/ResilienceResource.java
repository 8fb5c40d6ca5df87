package io.undermoon.broker.rest;

import io.undermoon.broker.plan.HostLosses;
import io.undermoon.broker.rest.Messages.HostsCannotFail;
import io.undermoon.broker.store.MetadataWriter;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The resource that tells whether the free proxies suffice. */
@Path("/api/v3/resources/failures/check")
@Tag(name = "failures")
public final class ResilienceResource {
    private final MetadataWriter metadata;

    ResilienceResource(MetadataWriter metadata) {
        this.metadata = metadata;
    }

    @POST
    @Operation(summary = "The hosts after whose loss a chunk would stay without replacement; changes nothing")
    public HostsCannotFail check() {
        return new HostsCannotFail(HostLosses.hostsThatCannotFail(metadata.state(), metadata.planContext()));
    }
}
