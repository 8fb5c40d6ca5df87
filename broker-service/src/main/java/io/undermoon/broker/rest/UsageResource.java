package io.undermoon.broker.rest;

import io.smallrye.common.annotation.Blocking;
import io.undermoon.broker.observe.ClusterUsage;
import io.undermoon.broker.rest.UsageMessages.HotKeys;
import io.undermoon.broker.rest.UsageMessages.HotSlots;
import io.undermoon.broker.rest.UsageMessages.ProxyProblem;
import io.undermoon.broker.rest.UsageMessages.ProxyProblems;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.metadata.ProxyAddress;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Which slots and keys of a cluster clients use most; its proxies are asked when it is called. */
@Path("/api/v3/overview")
@Tag(name = "overview")
public final class UsageResource {
    private final MetadataWriter metadata;
    private final ClusterUsage usage;
    private final DataRecord record;

    UsageResource(MetadataWriter metadata, ClusterUsage usage, DataRecord record) {
        this.metadata = metadata;
        this.usage = usage;
        this.record = record;
    }

    @GET
    @Path("/clusters/{name}/hot_slots")
    @Operation(summary = "The slots of a cluster with most commands per second, and those with most keys")
    public CompletionStage<HotSlots> slots(@PathParam("name") String name) {
        ClusterView cluster = Input.existingCluster(metadata.view(), name);
        return usage.slots(cluster.stored().name(), ClusterMembers.masters(cluster))
                .thenApply(HotSlots::of);
    }

    @PUT
    @Blocking
    @Path("/clusters/{name}/hot_slots")
    @Operation(
            summary =
                    "Has the proxies of a cluster count what clients use of each slot, until they restart, or end that")
    public CompletionStage<ProxyProblems> countSlots(
            @PathParam("name") String name, @QueryParam("counted") @DefaultValue("true") String counted) {
        boolean isWanted = Input.flag("counted", counted);
        ClusterView cluster = Input.existingCluster(metadata.view(), name);
        record.each("counted=" + isWanted);
        List<ProxyAddress> all = cluster.stored().proxies().toList();
        return usage.countSlots(cluster.stored().name(), all, isWanted)
                .thenApply(problems -> new ProxyProblems(ProxyProblem.of(problems)));
    }

    @GET
    @Blocking
    @Path("/clusters/{name}/hot_keys")
    @Operation(summary = "The keys of a cluster that clients use most; its proxies look for them for a second")
    public CompletionStage<HotKeys> keys(@PathParam("name") String name) {
        ClusterView cluster = Input.existingCluster(metadata.view(), name);
        record.atTimes("");
        return usage.keys(cluster.stored().name(), ClusterMembers.masters(cluster))
                .thenApply(HotKeys::of);
    }
}
