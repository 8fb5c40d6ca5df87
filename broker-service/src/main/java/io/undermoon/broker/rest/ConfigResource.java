package io.undermoon.broker.rest;

import io.undermoon.broker.replica.ReplicaPush;
import io.undermoon.broker.rest.Messages.ReplicaAddresses;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.HostPort;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The resource of settings that can change at run time. */
@Path("/api/v3/config")
@Tag(name = "broker")
public final class ConfigResource {
    private final ReplicaPush replicaPush;

    ConfigResource(ReplicaPush replicaPush) {
        this.replicaPush = replicaPush;
    }

    @GET
    @Operation(summary = "The brokers that get copies of the metadata")
    public ReplicaAddresses config() {
        return new ReplicaAddresses(replicaPush.replicas());
    }

    @PUT
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Replace the list of brokers that get copies, until the next start")
    public Response configure(@Nullable ReplicaAddresses body) {
        List<String> replicas =
                Input.member("replica_addresses", Input.body(body).replicaAddresses());
        replicas.forEach(ConfigResource::requireAddress);
        replicaPush.replaceReplicas(replicas);
        return Response.ok().build();
    }

    private static void requireAddress(@Nullable String text) {
        try {
            HostPort.parse(Input.member("replica_addresses", text));
        } catch (IllegalArgumentException e) {
            throw new UndermoonException(ErrorCode.INVALID_REQUEST, "field 'replica_addresses': " + e.getMessage(), e);
        }
    }
}
