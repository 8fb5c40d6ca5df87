package io.undermoon.broker.rest;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.undermoon.broker.config.ConsoleDataAccess;
import io.undermoon.broker.observe.History;
import io.undermoon.broker.observe.ProxyObserver;
import io.undermoon.broker.plan.PlanContext;
import io.undermoon.broker.rest.OverviewMessages.Caller;
import io.undermoon.broker.rest.OverviewMessages.ClusterDetails;
import io.undermoon.broker.rest.OverviewMessages.Overview;
import io.undermoon.broker.rest.OverviewMessages.ProxyStatuses;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.MetadataView;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterConfig;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.context.ManagedExecutor;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The state of the system, for people who look at it: what the metadata and the proxies say together. */
@Path("/api/v3/overview")
@Tag(name = "overview")
public final class OverviewResource {
    private static final long MAX_TIMEOUT_SECONDS = 30;
    static final int MAX_MINUTES = 720;

    private final MetadataWriter metadata;
    private final ProxyObserver observer;
    private final History history;
    private final OverviewView overview;
    private final MigrationStatuses statuses;
    private final ConsoleDataAccess data;
    private final CurrentVertxRequest current;
    private final ManagedExecutor executor;

    OverviewResource(
            MetadataWriter metadata,
            ProxyObserver observer,
            History history,
            OverviewView overview,
            MigrationStatuses statuses,
            ConsoleDataAccess data,
            CurrentVertxRequest current,
            ManagedExecutor executor) {
        this.metadata = metadata;
        this.observer = observer;
        this.history = history;
        this.overview = overview;
        this.statuses = statuses;
        this.data = data;
        this.current = current;
        this.executor = executor;
    }

    @GET
    @Operation(
            summary =
                    "Whether everything serves, whether all copies are safe, what moves and until when, and what needs"
                            + " somebody; waits while nothing is newer than what the caller has seen")
    public CompletionStage<Overview> overview(
            @QueryParam("seen") @DefaultValue("0") String seen,
            @QueryParam("timeout") @DefaultValue("0") String timeout) {
        observer.look();
        Caller caller = Gate.callerOf(current.getCurrent(), data);
        long seconds = Math.min(MAX_TIMEOUT_SECONDS, Input.number("timeout", timeout));
        return observer.awaitOtherThan(Input.number("seen", seen), Duration.ofSeconds(seconds))
                .thenApplyAsync(revision -> overview.of(caller), executor);
    }

    @GET
    @Path("/proxies")
    @Operation(summary = "All proxies, what they should be and what they say, sorted")
    public ProxyStatuses proxies(
            @QueryParam("offset") @Nullable String offset, @QueryParam("limit") @Nullable String limit) {
        observer.look();
        MetadataView view = metadata.view();
        List<ProxyResource> page =
                Input.page(List.copyOf(view.state().allProxies().values()), offset, limit);
        return new ProxyStatuses(ProxyStatusView.of(view, metadata.planContext(), observer, page));
    }

    @GET
    @Path("/clusters/{name}")
    @Operation(summary = "A cluster with its settings, its proxies and their nodes, and the moves of its slots")
    public ClusterDetails cluster(@PathParam("name") String name) {
        observer.look();
        MetadataView view = metadata.view();
        PlanContext context = metadata.planContext();
        ClusterView cluster = Input.existingCluster(view, name);
        List<ProxyResource> proxies = cluster.stored()
                .proxies()
                .map(proxy -> Objects.requireNonNull(view.state().allProxies().get(proxy)))
                .toList();
        return new ClusterDetails(
                overview.cluster(overview.look(view), cluster),
                settings(cluster.stored().config()),
                ProxyStatusView.of(view, context, observer, proxies),
                statuses.of(cluster).migrations());
    }

    @GET
    @Path("/clusters/{name}/history")
    @Operation(summary = "The figures of a cluster over the last hours, as far as this broker has been running")
    public History.Extract history(
            @PathParam("name") String name, @QueryParam("minutes") @DefaultValue("60") String minutes) {
        ClusterView cluster = Input.existingCluster(metadata.view(), name);
        long given = Input.number("minutes", minutes);
        if (given < 1 || given > MAX_MINUTES) {
            throw new UndermoonException(
                    ErrorCode.INVALID_REQUEST, "minutes '" + minutes + "' is not within 1 and " + MAX_MINUTES);
        }
        return history.of(cluster.stored().name(), (int) given);
    }

    /** All settings there are; those that have their default are empty where the metadata does not say more. */
    private static Map<String, String> settings(ClusterConfig config) {
        Map<String, String> given = new LinkedHashMap<>(config.toFields());
        given.put("copies", String.valueOf(ClusterConfig.MIN_COPIES + config.wantedSpares()));
        Map<String, String> all = new LinkedHashMap<>();
        ClusterConfig.FIELDS.forEach(field -> all.put(field, given.getOrDefault(field, "")));
        return all;
    }
}
