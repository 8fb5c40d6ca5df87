package io.undermoon.broker.rest;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The redirect from {@code /} to the description of the API. */
@Path("/")
public final class IndexResource {
    @GET
    @Operation(hidden = true)
    public Response index() {
        return Response.temporaryRedirect(URI.create("/q/swagger-ui")).build();
    }
}
