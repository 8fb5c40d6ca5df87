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
import org.jspecify.annotations.Nullable;

/** The bodies of requests and replies about migrations. */
public final class MigrationMessages {
    private MigrationMessages() {}

    /**
     * The size of a cluster and what moves in it.
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
     * A migration. Numbers are those of the source, and are there when it was heard of in the last seconds.
     *
     * @param slotRange the slots with the tag of the source, as in a commit
     * @param state {@code waiting} before it starts, {@code unknown} while no coordinator has reported, else what the source says
     * @param destinationState what the destination says
     * @param etaMs milliseconds until the copy is complete at the present rate, absent while that cannot be told
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
            @Nullable String error) {}

    /** Migrations that were planned. */
    public record PlannedMigrations(List<MigrationStatus> migrations) {}

    /**
     * Which slots to move.
     *
     * @param sources addresses of masters or their proxies; absent or empty for all masters
     * @param slotNumber how many; or
     * @param rangeList which
     */
    public record ReshardRequest(
            @Nullable List<String> sources,
            @Nullable String destination,
            @Nullable Integer slotNumber,
            @Nullable SlotRanges rangeList) {}

    /**
     * How to spread slots.
     *
     * @param weights by address of a master or its proxy
     * @param threshold in per cent
     */
    public record RebalanceRequest(
            @Nullable Map<String, Double> weights, @Nullable Double threshold) {}

    /**
     * What became of an abort.
     *
     * @param error a code, present when some migration was neither aborted nor past its switch
     * @param scalingCancelled whether an automatic scaling was waiting and has ended
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record AbortReply(
            @Nullable String error,
            @Nullable String message,
            boolean scalingCancelled,
            List<AbortedMigration> migrations) {}

    /**
     * What became of one migration.
     *
     * @param outcome {@code aborted}, {@code already_switched}, {@code refused}, {@code not_answered} or {@code changed}
     * @param proxy the source
     */
    public record AbortedMigration(TaggedSlots slotRange, String outcome, ProxyAddress proxy, String message) {}

    /** What coordinators learned from proxies. */
    public record ProgressReports(@Nullable List<MigrationProgressCache.Report> reports) {}

    /**
     * How far a host is from being empty.
     *
     * @param state {@code drained} when the host can be switched off, else {@code draining}
     * @param proxiesInUse its proxies that clusters use
     * @param slotsLeft slots of the chunks they are in
     * @param message what it waits for, absent when nothing
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record HostDrain(
            String host,
            String state,
            List<ProxyAddress> proxiesInUse,
            int slotsLeft,
            List<ClusterStatus> clusters,
            @Nullable String message) {}

    /** The hosts that are being emptied. */
    public record HostDrainsReply(List<HostDrain> hosts) {}
}
