package io.undermoon.broker.rest;

import io.undermoon.broker.plan.Epochs;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataJson;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The whole metadata. */
@Path("/api/v3/metadata")
@Tag(name = "broker")
public final class MetadataResource {
    private final MetadataWriter metadata;

    MetadataResource(MetadataWriter metadata) {
        this.metadata = metadata;
    }

    @GET
    @Operation(summary = "The whole metadata, in the dump format")
    public Metadata dump() {
        return metadata.state();
    }

    @PUT
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Replace the whole metadata by a dump that is not older")
    public Response restore(
            @RequestBody(content = @Content(schema = @Schema(implementation = Metadata.class)))
                    byte @Nullable [] dump) {
        Metadata incoming = read(Input.body(dump == null || dump.length == 0 ? null : dump));
        metadata.change((state, context) -> Epochs.restore(state, incoming));
        return Response.ok().build();
    }

    private static Metadata read(byte[] dump) {
        try {
            return MetadataJson.readCurrent(dump);
        } catch (UndermoonException e) {
            if (e.code() == ErrorCode.PERSISTENCE_JSON_ERROR) {
                throw new UndermoonException(ErrorCode.INVALID_REQUEST, String.valueOf(e.getMessage()), e);
            }
            throw e;
        }
    }
}
