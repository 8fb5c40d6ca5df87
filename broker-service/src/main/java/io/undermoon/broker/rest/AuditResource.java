package io.undermoon.broker.rest;

import io.undermoon.broker.state.AuditEntry;
import io.undermoon.broker.store.MetadataWriter;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The log of the changes that were made to the metadata. */
@Path("/api/v3/audit")
@Tag(name = "broker")
public final class AuditResource {
    private final MetadataWriter metadata;

    AuditResource(MetadataWriter metadata) {
        this.metadata = metadata;
    }

    /** Changes, the newest first. */
    public record AuditReply(List<AuditEntry> entries) {}

    @GET
    @Operation(summary = "The newest changes of the metadata: when, who, what, and the epoch before and after")
    public AuditReply audit(
            @QueryParam("offset") @Nullable String offset, @QueryParam("limit") @Nullable String limit) {
        List<AuditEntry> newestFirst = new ArrayList<>(metadata.state().audit());
        Collections.reverse(newestFirst);
        return new AuditReply(Input.page(newestFirst, offset, limit));
    }
}
