package io.undermoon.broker.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.undermoon.broker.plan.Maintenance;
import io.undermoon.broker.plan.PlanContext;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.metadata.ProxyAddress;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The resource of planned work on proxies, such as restarts. */
@Path("/api/v3/proxies/maintenance")
@Tag(name = "proxies")
public final class MaintenanceResource {
    private static final Logger LOG = Logger.getLogger(MaintenanceResource.class);
    private static final String DEFAULT_SECONDS = "300";

    private final MetadataWriter metadata;

    MaintenanceResource(MetadataWriter metadata) {
        this.metadata = metadata;
    }

    /**
     * Planned work on a proxy.
     *
     * @param state {@code none}, {@code handing_over}, {@code ready} if the proxy and its nodes may be stopped, or
     *     {@code last_copy} if they may not, because the other half of the chunk has failed since
     * @param secondsLeft how long it may still last
     * @param message what to wait for; absent if there is nothing
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record MaintenanceReply(
            ProxyAddress proxyAddress,
            String state,
            long secondsLeft,
            @Nullable String message) {}

    /** The planned work on all proxies. */
    public record MaintenanceList(List<MaintenanceReply> maintenance) {}

    @GET
    @Operation(summary = "The proxies under maintenance")
    public MaintenanceList all() {
        Metadata state = metadata.state();
        PlanContext context = metadata.planContext();
        return new MaintenanceList(state.maintenance().keySet().stream()
                .filter(proxy -> Maintenance.secondsLeft(state, context, proxy) > 0)
                .map(proxy -> reply(state, context, proxy))
                .toList());
    }

    @GET
    @Path("/{address}")
    @Operation(summary = "Whether a proxy and its nodes may be stopped")
    public MaintenanceReply one(@PathParam("address") String address) {
        return reply(metadata.state(), metadata.planContext(), Input.knownProxyAddress(address));
    }

    @POST
    @Path("/{address}")
    @Operation(
            summary = "Prepare a proxy and its nodes for a restart: move its masters away, and replace it by no other")
    public MaintenanceReply begin(
            @PathParam("address") String address,
            @QueryParam("seconds") @DefaultValue(DEFAULT_SECONDS) String seconds) {
        ProxyAddress proxy = Input.knownProxyAddress(address);
        long duration = Input.number("seconds", seconds);
        metadata.change((state, context) -> Maintenance.begin(state, context, proxy, duration));
        LOG.infof("Maintenance begins: epoch=%s proxy=%s", metadata.state().globalEpoch(), proxy);
        return one(address);
    }

    @DELETE
    @Path("/{address}")
    @Operation(summary = "End the work on a proxy that is back")
    public Response end(@PathParam("address") String address) {
        ProxyAddress proxy = Input.knownProxyAddress(address);
        metadata.change((state, context) -> Maintenance.end(state, context, proxy));
        LOG.infof("Maintenance ends: epoch=%s proxy=%s", metadata.state().globalEpoch(), proxy);
        return Response.ok().build();
    }

    private static MaintenanceReply reply(Metadata state, PlanContext context, ProxyAddress proxy) {
        Maintenance.Phase phase = Maintenance.phase(state, context, proxy);
        return new MaintenanceReply(
                proxy,
                phase.name().toLowerCase(Locale.ROOT),
                Maintenance.secondsLeft(state, context, proxy),
                message(phase));
    }

    private static @Nullable String message(Maintenance.Phase phase) {
        return switch (phase) {
            case NONE, READY -> null;
            case HANDING_OVER -> "the other half of the chunk takes over; coordinators report when it has";
            case LAST_COPY -> "the other half of the chunk has failed; do not stop this one before it is back in sync";
        };
    }
}
