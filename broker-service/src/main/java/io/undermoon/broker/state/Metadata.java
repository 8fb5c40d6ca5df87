package io.undermoon.broker.state;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The complete metadata of a broker, an immutable value. Its JSON form is the metadata dump that the API serves and
 * accepts and that storages keep. All collections are sorted, so that listings have a stable order. The schema name
 * in the OpenAPI document is part of the API and older than the name of this class.
 *
 * @param failedProxies the proxies that were failed over and have not registered again
 * @param drainingHosts the hosts that are being drained; no chunk is placed on them. Not written when empty
 * @param coordinators those that have registered, with the time when they last did so in Unix seconds. Not written when
 *     empty
 * @param installationId tells systems apart, which may have the same names and addresses. Absent, and not written,
 *     until a broker has stored one; dumps of the original have none
 * @param audit the newest changes, the last one at the end. Not written when empty
 * @param operations the work that outlasts its request, the newest at the end: all that runs, and what ended last. Not
 *     written when empty
 * @param copy true if it came from another broker, which may have changed it since; else absent, and not written
 * @param failures per proxy the reporters of its failure, with the time of their first report in Unix seconds
 * @param maintenance the proxies that are about to be restarted, with the time until which they may be away, in Unix
 *     seconds. Not written when empty
 */
@Schema(name = "MetaStore")
public record Metadata(
        String version,
        Epoch globalEpoch,
        SortedMap<ClusterName, StoredCluster> clusters,
        SortedMap<ProxyAddress, ProxyResource> allProxies,
        SortedSet<ProxyAddress> failedProxies,
        SortedMap<ProxyAddress, SortedMap<String, Long>> failures,
        boolean enableOrderedProxy,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedSet<String> drainingHosts,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedMap<String, Long> coordinators,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedMap<ProxyAddress, Long> maintenance,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String installationId,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<AuditEntry> audit,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<LongOperation> operations,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean copy) {
    /** The format of the dump. */
    public static final String VERSION = "mem-broker-0.2";

    /** How many changes {@link #audit} has; more are of interest to nobody and cost with every change. */
    public static final int AUDITED = 400;

    public Metadata {
        requireNonNull(version, "version");
        requireNonNull(globalEpoch, "global_epoch");
        clusters = Collections.unmodifiableSortedMap(new TreeMap<>(requireNonNull(clusters, "clusters")));
        allProxies = Collections.unmodifiableSortedMap(new TreeMap<>(requireNonNull(allProxies, "all_proxies")));
        failedProxies =
                Collections.unmodifiableSortedSet(new TreeSet<>(requireNonNull(failedProxies, "failed_proxies")));
        failures = sorted(requireNonNull(failures, "failures"));
        // Dumps of the original do not have these.
        drainingHosts = drainingHosts == null
                ? Collections.emptySortedSet()
                : Collections.unmodifiableSortedSet(new TreeSet<>(drainingHosts));
        coordinators = coordinators == null
                ? Collections.emptySortedMap()
                : Collections.unmodifiableSortedMap(new TreeMap<>(coordinators));
        maintenance = maintenance == null
                ? Collections.emptySortedMap()
                : Collections.unmodifiableSortedMap(new TreeMap<>(maintenance));
        audit = audit == null ? List.of() : List.copyOf(audit);
        operations = operations == null ? List.of() : List.copyOf(operations);
        copy = Boolean.TRUE.equals(copy) ? true : null;
    }

    public static Metadata empty(boolean orderedProxies) {
        return new Metadata(
                VERSION,
                Epoch.ZERO,
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeSet<>(),
                new TreeMap<>(),
                orderedProxies,
                new TreeSet<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                null,
                List.of(),
                List.of(),
                null);
    }

    /** A mutable copy from which a plan builds the next value. */
    public MetadataEdit edit() {
        return new MetadataEdit(this);
    }

    /** With what coordinators have said to another broker: of failures, and that they are alive. */
    public Metadata withReportsOf(Metadata other) {
        return with(other.failures, other.coordinators, installationId, audit, operations, copy);
    }

    public Metadata ofInstallation(@Nullable String id) {
        return with(failures, coordinators, id, audit, operations, copy);
    }

    public Metadata withAudit(List<AuditEntry> newAudit) {
        return with(failures, coordinators, installationId, newAudit, operations, copy);
    }

    public Metadata withOperations(List<LongOperation> newOperations) {
        return with(failures, coordinators, installationId, audit, newOperations, copy);
    }

    /** Whether another broker has this metadata, too, and may have changed it since. */
    public boolean isOfOther() {
        return copy != null;
    }

    /** The same metadata, as a copy or not. */
    public Metadata asCopy(boolean newCopy) {
        return with(failures, coordinators, installationId, audit, operations, newCopy);
    }

    private Metadata with(
            SortedMap<ProxyAddress, SortedMap<String, Long>> newFailures,
            SortedMap<String, Long> newCoordinators,
            @Nullable String newInstallation,
            List<AuditEntry> newAudit,
            List<LongOperation> newOperations,
            @Nullable Boolean newCopy) {
        return new Metadata(
                version,
                globalEpoch,
                clusters,
                allProxies,
                failedProxies,
                newFailures,
                enableOrderedProxy,
                drainingHosts,
                newCoordinators,
                maintenance,
                newInstallation,
                newAudit,
                newOperations,
                newCopy);
    }

    /** This value with one more change in the log, from which the oldest ones fall out. */
    public Metadata audited(AuditEntry entry) {
        List<AuditEntry> entries = new ArrayList<>(audit);
        entries.add(entry);
        return withAudit(entries.subList(Math.max(0, entries.size() - AUDITED), entries.size()));
    }

    /** Whether this is the same metadata, whoever made it and whatever led to it. */
    public boolean isSameAs(Metadata other) {
        return withAudit(other.audit).withOperations(other.operations).equals(other);
    }

    /** Whether nothing depends on this metadata. */
    public boolean isEmpty() {
        return clusters.isEmpty() && allProxies.isEmpty();
    }

    /** All chunks of all clusters. */
    public Stream<StoredChunk> allChunks() {
        return clusters.values().stream().flatMap(cluster -> cluster.chunks().stream());
    }

    public boolean hasFailed(ProxyAddress proxy) {
        return failedProxies.contains(proxy);
    }

    private static SortedMap<ProxyAddress, SortedMap<String, Long>> sorted(
            SortedMap<ProxyAddress, SortedMap<String, Long>> failures) {
        TreeMap<ProxyAddress, SortedMap<String, Long>> copy = new TreeMap<>();
        failures.forEach((proxy, reports) -> {
            if (!reports.isEmpty()) {
                copy.put(proxy, Collections.unmodifiableSortedMap(new TreeMap<>(reports)));
            }
        });
        return Collections.unmodifiableSortedMap(copy);
    }
}
