package io.undermoon.broker.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.common.annotation.Blocking;
import io.undermoon.broker.plan.Aborts;
import io.undermoon.broker.plan.HostDrains;
import io.undermoon.broker.plan.Maintenance;
import io.undermoon.broker.rest.MigrationMessages.ClusterStatus;
import io.undermoon.broker.rest.MigrationMessages.MigrationStatus;
import io.undermoon.broker.state.LongOperation;
import io.undermoon.broker.store.ClusterScaling;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.broker.store.MigrationAborts;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.ProxyAddress;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The resource of work that outlasts the request that began it. */
@Path("/api/v3/operations")
@Tag(name = "operations")
public final class OperationResource {
    private final MetadataWriter metadata;
    private final ClusterScaling scaling;
    private final MigrationAborts aborts;
    private final MigrationStatuses statuses;

    OperationResource(
            MetadataWriter metadata, ClusterScaling scaling, MigrationAborts aborts, MigrationStatuses statuses) {
        this.metadata = metadata;
        this.scaling = scaling;
        this.aborts = aborts;
        this.statuses = statuses;
    }

    /**
     * Work that outlasts its request.
     *
     * @param kind {@code move_slots}, {@code drain_host} or {@code maintain_proxy}
     * @param subject the cluster, host or proxy
     * @param state {@code running}, {@code done}, or {@code cancelled} if it was ended before all was done
     * @param who the account or address that asked for it, {@code broker} for the broker itself
     * @param what the request
     * @param startedAt in Unix seconds
     * @param endedAt in Unix seconds; absent while it runs
     * @param slots how many slots it has to move
     * @param slotsMoved of these, those that have arrived
     * @param slotsReturned of these, those that stayed at their source, as their migration was aborted
     * @param etaMs milliseconds until it is done at the current rate; absent if unknown
     * @param migrations those of a cluster whose slots move now, in the order in which they start
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record OperationReply(
            long id,
            String kind,
            String subject,
            String state,
            String who,
            String what,
            long startedAt,
            @Nullable Long endedAt,
            int slots,
            int slotsMoved,
            int slotsReturned,
            @Nullable Long etaMs,
            @Nullable List<MigrationStatus> migrations) {}

    /** Operations, the newest first. */
    public record OperationList(List<OperationReply> operations) {}

    @GET
    @Operation(summary = "The work that outlasts its request: all that runs, and what ended last")
    public OperationList all(
            @Parameter(description = "Only those in this state") @QueryParam("state") @Nullable String state,
            @QueryParam("offset") @Nullable String offset,
            @QueryParam("limit") @Nullable String limit) {
        Optional<LongOperation.State> wanted = Optional.ofNullable(state).map(OperationResource::state);
        List<LongOperation> newestFirst = new ArrayList<>(metadata.state().operations());
        Collections.reverse(newestFirst);
        List<LongOperation> chosen = newestFirst.stream()
                .filter(operation -> wanted.isEmpty() || operation.state() == wanted.get())
                .toList();
        return new OperationList(Input.page(chosen, offset, limit).stream()
                .map(operation -> reply(operation, false))
                .toList());
    }

    @GET
    @Path("/{id}")
    @Operation(summary = "How far some work is, and what came of it")
    public OperationReply one(@PathParam("id") String id) {
        return reply(find(id), true);
    }

    @DELETE
    @Path("/{id}")
    @Blocking
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = OperationReply.class)))
    @Operation(summary = "Cancel work that runs; what is done by then stays")
    public CompletionStage<Response> cancel(@PathParam("id") String id) {
        LongOperation operation = find(id);
        if (!operation.isRunning()) {
            throw new UndermoonException(
                    ErrorCode.OPERATION_ENDED, "operation " + id + " is " + word(operation.state()) + " already");
        }
        return switch (operation.kind()) {
            case MOVE_SLOTS -> cancelMoves(operation);
            case DRAIN_HOST -> {
                metadata.change((state, context) -> HostDrains.cancel(state, operation.subject()));
                yield CompletableFuture.completedStage(now(operation));
            }
            case MAINTAIN_PROXY -> {
                ProxyAddress proxy = new ProxyAddress(operation.subject());
                metadata.change((state, context) -> Maintenance.end(state, context, proxy));
                yield CompletableFuture.completedStage(now(operation));
            }
        };
    }

    /** Migrations that have switched are past cancelling: the operation goes on until they are committed. */
    private CompletionStage<Response> cancelMoves(LongOperation operation) {
        ClusterName cluster = new ClusterName(operation.subject());
        boolean cancelled = scaling.cancel(cluster);
        return aborts.abort(cluster, Aborts.Selection.ALL).thenApply(results -> {
            Response aborted = AbortReplies.of(cluster, cancelled, results);
            return aborted.getStatus() == Response.Status.OK.getStatusCode() ? now(operation) : aborted;
        });
    }

    private Response now(LongOperation operation) {
        return Response.ok(one(Long.toString(operation.id()))).build();
    }

    private LongOperation find(String id) {
        return metadata.state().operations().stream()
                .filter(operation -> Long.toString(operation.id()).equals(id))
                .findFirst()
                .orElseThrow(() -> new UndermoonException(
                        ErrorCode.OPERATION_NOT_FOUND,
                        "there is no operation '" + id + "'; GET /operations lists those that are known"));
    }

    private OperationReply reply(LongOperation operation, boolean withMigrations) {
        @Nullable List<MigrationStatus> moves = operation.isRunning() ? moves(operation) : null;
        return new OperationReply(
                operation.id(),
                word(operation.kind()),
                operation.subject(),
                word(operation.state()),
                operation.who(),
                operation.what(),
                operation.startedAt(),
                operation.endedAt(),
                operation.slots(),
                operation.slotsMoved(),
                operation.slotsReturned(),
                moves == null ? null : MoveTimes.etaMillis(moves),
                withMigrations ? moves : null);
    }

    private @Nullable List<MigrationStatus> moves(LongOperation operation) {
        return operation.kind() == LongOperation.Kind.MOVE_SLOTS
                ? metadata.view()
                        .cluster(new ClusterName(operation.subject()))
                        .map(statuses::of)
                        .map(ClusterStatus::migrations)
                        .orElse(null)
                : null;
    }

    private static LongOperation.State state(String text) {
        for (LongOperation.State state : LongOperation.State.values()) {
            if (word(state).equals(text)) {
                return state;
            }
        }
        throw new UndermoonException(
                ErrorCode.INVALID_REQUEST, "state '" + text + "' is not running, done or cancelled");
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
