package io.undermoon.broker.rest;

import io.undermoon.broker.plan.FailureReports;
import io.undermoon.broker.rest.Messages.Addresses;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The resource of failure reports. */
@Path("/api/v3/failures")
@Tag(name = "failures")
public final class FailureResource {
    static final int MAX_REPORTER_LENGTH = 256;

    private final MetadataWriter metadata;

    FailureResource(MetadataWriter metadata) {
        this.metadata = metadata;
    }

    @GET
    @Operation(summary = "The proxies that wait for a failover")
    public Addresses failures() {
        return new Addresses(List.copyOf(FailureReports.awaitingFailover(metadata.state(), metadata.planContext())));
    }

    @POST
    @Path("/{address}/{reporter_id}")
    @Operation(summary = "Report a proxy as failed; one that is not registered is ignored")
    public Response report(@PathParam("address") String address, @PathParam("reporter_id") String reporter) {
        requireReporter(reporter);
        Input.existingProxyAddress(address)
                .ifPresent(proxy ->
                        metadata.change((state, context) -> FailureReports.report(state, context, proxy, reporter)));
        return Response.ok().build();
    }

    @DELETE
    @Path("/{address}/{reporter_id}")
    @Operation(summary = "Withdraw the report of a proxy that answers again; one that is not known is ignored")
    public Response withdraw(@PathParam("address") String address, @PathParam("reporter_id") String reporter) {
        requireReporter(reporter);
        Input.existingProxyAddress(address)
                .ifPresent(
                        proxy -> metadata.change((state, context) -> FailureReports.withdraw(state, proxy, reporter)));
        return Response.ok().build();
    }

    static void requireReporter(String reporter) {
        if (reporter.length() > MAX_REPORTER_LENGTH) {
            throw new UndermoonException(
                    ErrorCode.INVALID_REQUEST, "reporter_id is longer than " + MAX_REPORTER_LENGTH + " characters");
        }
    }
}
