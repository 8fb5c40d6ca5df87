package io.undermoon.broker.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.undermoon.broker.observe.ClusterFigures;
import io.undermoon.broker.observe.ClusterHealth;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.slot.SlotRanges;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The replies about the state of the system, for people who look at it. */
public final class OverviewMessages {
    private OverviewMessages() {}

    /**
     * The state of everything in one look.
     *
     * @param revision of this state; the next call with it waits for another one
     * @param time when it was put together, Unix milliseconds
     * @param serving whether all slots are served
     * @param copies whether all data has a second copy
     * @param moving what moves, and until when
     * @param attention what needs somebody
     * @param problems the worst first
     * @param problemsLeftOut how many there are beside those
     */
    public record Overview(
            long revision,
            long time,
            String version,
            Epoch epoch,
            Caller caller,
            Storage storage,
            Verdict serving,
            Verdict copies,
            Verdict moving,
            Verdict attention,
            List<ProblemStatus> problems,
            int problemsLeftOut,
            List<ClusterOverview> clusters,
            List<HostOverview> hosts,
            ProxyCounts proxies,
            CoordinatorCounts coordinators) {
        /** The same state for another caller. */
        Overview forCaller(Caller other) {
            return new Overview(
                    revision,
                    time,
                    version,
                    epoch,
                    other,
                    storage,
                    serving,
                    copies,
                    moving,
                    attention,
                    problems,
                    problemsLeftOut,
                    clusters,
                    hosts,
                    proxies,
                    coordinators);
        }
    }

    /**
     * Who asks.
     *
     * @param name null where nobody has to prove anything
     * @param role what the caller may do
     * @param dataAccess whether this broker shows data of clusters
     */
    public record Caller(@Nullable String name, String role, boolean dataAccess) {}

    /**
     * The storage of the metadata.
     *
     * @param state {@code ok}, {@code failing} when the last change could not be stored, {@code away} while it cannot
     *     be read
     * @param since of an outage, Unix seconds
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Storage(
            String state, @Nullable Long since, @Nullable String reason) {}

    /**
     * The answer to one question.
     *
     * @param state {@code ok}, {@code busy}, {@code warning}, {@code critical} or {@code unknown}
     */
    public record Verdict(String state, String message) {}

    /** A problem, see {@link io.undermoon.broker.observe.Problem}. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ProblemStatus(
            String kind,
            String severity,
            @Nullable ClusterName cluster,
            String subject,
            @Nullable Long forSeconds,
            String what,
            String means,
            String todo,
            List<RemedyStatus> remedies) {}

    /** A call that helps. */
    public record RemedyStatus(String action, String subject) {}

    /**
     * A cluster among others.
     *
     * @param movesRunning of slots
     * @param movesWaiting for their turn
     * @param slotsMoving in both
     * @param etaMs until all moves are done, about; null if it cannot be told
     */
    public record ClusterOverview(
            ClusterName name,
            int nodeNumber,
            int nodeNumberWithSlots,
            Epoch epoch,
            int movesRunning,
            int movesWaiting,
            int slotsMoving,
            @Nullable Long etaMs,
            ClusterHealth health,
            ClusterFigures figures) {}

    /**
     * A host.
     *
     * @param used how many of its proxies are in clusters
     * @param silent how many do not answer
     * @param slotsLeft of a host that is drained
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record HostOverview(
            String host,
            int proxies,
            int used,
            int silent,
            boolean draining,
            @Nullable Integer slotsLeft) {}

    /** How many proxies there are. */
    public record ProxyCounts(int total, int used, int freeProxies, int failed, int silent, int unknown) {}

    /** How many coordinators are alive, and how many make a failure. */
    public record CoordinatorCounts(int alive, int quorum) {}

    /**
     * A proxy and what it says.
     *
     * @param state {@code ok}, {@code silent}, or {@code unknown} before the first answer
     * @param part what it is in its cluster: {@code half}, {@code spare}, or {@code free}
     * @param failed whether it was given up
     * @param maintenanceSeconds how long it may be away; 0 without maintenance
     * @param silentSeconds since when it does not answer; 0 while it does
     * @param problem why it does not
     * @param epoch that it has; null before the first answer
     * @param wantedEpoch that it should have
     */
    public record ProxyStatus(
            ProxyAddress proxyAddress,
            String host,
            @Nullable ClusterName cluster,
            String part,
            String state,
            boolean failed,
            boolean draining,
            long maintenanceSeconds,
            long silentSeconds,
            String problem,
            @Nullable Epoch epoch,
            Epoch wantedEpoch,
            @Nullable Boolean ready,
            List<NodeStatus> nodes,
            @Nullable ProxyFigures figures) {}

    /**
     * The figures of a proxy, see {@link io.undermoon.broker.observe.Figures}.
     *
     * @param callMicros how long clients waited for a reply in the last seconds, on average; null without commands
     */
    public record ProxyFigures(
            long opsPerSecond,
            @Nullable Double callMicros,
            long usedMemory,
            long maxMemory,
            long proxyMemory,
            long keys,
            long clients,
            double inputKilobytes,
            double outputKilobytes) {}

    /**
     * A node.
     *
     * @param role that it has in the metadata
     * @param state {@code up}, {@code down}, {@code refused}, or {@code unknown} if its proxy does not tell
     * @param link of a replica to its master
     * @param lagBytes that a replica is behind, about; null if not known, and for a master
     * @param inSync whether it may become master, as coordinators have reported; null if not known, and for a master
     * @param slots that it serves as master, or could
     */
    public record NodeStatus(
            NodeAddress address,
            String role,
            String state,
            String link,
            @Nullable Long lagBytes,
            @Nullable Boolean inSync,
            String restart,
            SlotRanges slots) {}

    /** Some proxies. */
    public record ProxyStatuses(List<ProxyStatus> proxies) {}

    /**
     * A cluster in detail.
     *
     * @param config its settings, with an empty text for those that have no value of their own
     */
    public record ClusterDetails(
            ClusterOverview cluster,
            Map<String, String> config,
            List<ProxyStatus> proxies,
            List<MigrationMessages.MigrationStatus> migrations) {}
}
