package io.undermoon.broker.rest;

import io.undermoon.broker.plan.HostDrains;
import io.undermoon.broker.rest.MigrationMessages.ClusterStatus;
import io.undermoon.broker.rest.MigrationMessages.HostDrain;
import io.undermoon.broker.rest.MigrationMessages.HostDrainsReply;
import io.undermoon.broker.state.MetadataView;
import io.undermoon.broker.store.ClusterScaling;
import io.undermoon.broker.store.MetadataWriter;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The resource of hosts and their draining. */
@Path("/api/v3/hosts/drain")
@Tag(name = "hosts")
public final class HostResource {
    private final MetadataWriter metadata;
    private final ClusterScaling scaling;
    private final MigrationStatuses statuses;

    HostResource(MetadataWriter metadata, ClusterScaling scaling, MigrationStatuses statuses) {
        this.metadata = metadata;
        this.scaling = scaling;
        this.statuses = statuses;
    }

    @GET
    @Operation(summary = "The hosts that are being emptied, and how far that is")
    public HostDrainsReply drains() {
        MetadataView view = metadata.view();
        return new HostDrainsReply(view.state().drainingHosts().stream()
                .map(host -> drain(view, host))
                .toList());
    }

    @GET
    @Path("/{host}")
    @Operation(summary = "How far a host is from being empty")
    public HostDrain drain(@PathParam("host") String host) {
        return drain(metadata.view(), host);
    }

    @POST
    @Path("/{host}")
    @Operation(summary = "Move the slots of every chunk with a proxy on a host elsewhere, and place nothing new on it")
    public HostDrain start(@PathParam("host") String host) {
        scaling.drain(host);
        return drain(metadata.view(), host);
    }

    @DELETE
    @Path("/{host}")
    @Operation(summary = "Stop emptying a host; migrations that run go on unless they are aborted")
    public Response cancel(@PathParam("host") String host) {
        metadata.change((state, context) -> HostDrains.cancel(state, host));
        return Response.ok().build();
    }

    private HostDrain drain(MetadataView view, String host) {
        HostDrains.Progress progress = HostDrains.progress(view.state(), host);
        List<ClusterStatus> clusters = progress.clusters().stream()
                .flatMap(name -> view.cluster(name).stream())
                .map(statuses::of)
                .toList();
        return new HostDrain(
                host,
                progress.isDrained() ? "drained" : "draining",
                progress.proxiesInUse(),
                progress.slotsLeft(),
                clusters,
                waitsFor(progress, clusters));
    }

    private static @Nullable String waitsFor(HostDrains.Progress progress, List<ClusterStatus> clusters) {
        if (progress.isDrained() || clusters.stream().anyMatch(ClusterStatus::isMigrating)) {
            return null;
        }
        return "free proxies on two other hosts are needed for each chunk that is left";
    }
}
