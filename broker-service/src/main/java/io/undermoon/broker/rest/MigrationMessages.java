package io.undermoon.broker.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.undermoon.broker.store.MigrationProgressCache;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.slot.SlotRanges;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The bodies of requests and replies about migrations. */
public final class MigrationMessages {
    private MigrationMessages() {}

    /**
     * The size of a cluster and its migrations.
     *
     * @param migrations in the order in which they start
     */
    public record ClusterStatus(
            ClusterName name,
            int nodeNumber,
            int nodeNumberWithSlots,
            boolean isMigrating,
            Epoch epoch,
            List<MigrationStatus> migrations) {}

    /** All clusters. */
    public record ClusterStatuses(List<ClusterStatus> clusters) {}

    /**
     * A migration. The numbers come from the source and are present if it was reported in the last seconds.
     *
     * @param slotRange the slots with the source's tag, as in a commit
     * @param state {@code waiting} before it starts, {@code unknown} without a report, else the state at the source
     * @param destinationState the state at the destination
     * @param etaMs milliseconds until the copy is complete at the current rate; absent if unknown
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record MigrationStatus(
            TaggedSlots slotRange,
            String state,
            @Nullable String destinationState,
            @Nullable Long keysScanned,
            @Nullable Long keysTotal,
            @Nullable Long keysCopied,
            @Nullable Long bytesCopied,
            @Nullable Long keysDirty,
            @Nullable Long elapsedMs,
            @Nullable Long keysPerSecond,
            @Nullable Long bytesPerSecond,
            @Nullable Long etaMs,
            @Nullable Long attempts,
            @Nullable Long longestHoldUs,
            @Nullable Long writersHeldUs,
            @Nullable String error) {}

    /** The planned migrations. */
    public record PlannedMigrations(List<MigrationStatus> migrations) {}

    /**
     * The slots to move.
     *
     * @param sources addresses of masters or their proxies; absent or empty for all masters
     * @param slotNumber their number; or
     * @param rangeList which
     */
    public record ReshardRequest(
            @Schema(examples = "[\"10.0.0.1:7001\"]") @Nullable
            List<String> sources,

            @Schema(required = true, examples = "10.0.0.3:7001") @Nullable
            String destination,

            @Schema(minimum = "1", maximum = "16384", examples = "500") @Nullable
            Integer slotNumber,

            @Nullable SlotRanges rangeList) {}

    /**
     * The wanted distribution of slots.
     *
     * @param weights by address of a master or its proxy
     * @param threshold in per cent
     */
    public record RebalanceRequest(
            @Schema(examples = "{\"10.0.0.1:5299\":2}") @Nullable
            Map<String, Double> weights,

            @Schema(minimum = "0", maximum = "100", examples = "2") @Nullable
            Double threshold) {}

    /**
     * The result of an abort.
     *
     * @param error a code, present if a migration was neither aborted nor past its switch
     * @param scalingCancelled whether a waiting automatic scaling was cancelled
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record AbortReply(
            @Nullable String error,
            @Nullable String message,
            boolean scalingCancelled,
            List<AbortedMigration> migrations) {}

    /**
     * The result for one migration.
     *
     * @param outcome {@code aborted}, {@code already_switched}, {@code refused}, {@code not_answered} or
     *     {@code changed}
     * @param proxy the source
     */
    public record AbortedMigration(TaggedSlots slotRange, String outcome, ProxyAddress proxy, String message) {}

    /** The progress reports of a coordinator. */
    public record ProgressReports(
            @Schema(required = true) @Nullable List<MigrationProgressCache.Report> reports) {}

    /**
     * The progress of draining a host.
     *
     * @param state {@code drained} if the host can be shut down, else {@code draining}
     * @param proxiesInUse the proxies of the host that clusters use
     * @param slotsLeft the number of slots in the chunks of these proxies
     * @param message what the drain waits for; absent if it does not wait
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record HostDrain(
            String host,
            String state,
            List<ProxyAddress> proxiesInUse,
            int slotsLeft,
            List<ClusterStatus> clusters,
            @Nullable String message) {}

    /** The hosts that are being drained. */
    public record HostDrainsReply(List<HostDrain> hosts) {}
}
