package io.undermoon.broker.rest;

import io.undermoon.broker.observe.Problem.Severity;
import io.undermoon.broker.rest.MigrationMessages.MigrationStatus;
import io.undermoon.broker.rest.OverviewMessages.ClusterOverview;
import io.undermoon.broker.rest.OverviewMessages.ProblemStatus;
import io.undermoon.broker.rest.OverviewMessages.RemedyStatus;
import io.undermoon.broker.store.MetadataWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The problems of this broker and of moves of slots. */
final class OwnProblems {
    static final Comparator<ProblemStatus> WORST_FIRST =
            Comparator.comparing(problem -> Severity.valueOf(problem.severity().toUpperCase(Locale.ROOT)));

    private OwnProblems() {}

    static List<ProblemStatus> of(MetadataWriter metadata) {
        List<ProblemStatus> found = new ArrayList<>();
        metadata.outage()
                .ifPresentOrElse(
                        outage -> found.add(new ProblemStatus(
                                "storage_away",
                                Severity.CRITICAL.wireName(),
                                null,
                                "storage",
                                Instant.now().getEpochSecond() - outage.since().getEpochSecond(),
                                "This broker cannot read its storage: " + outage.message(),
                                "Clusters go on. Nothing can be changed here, not even a failed proxy replaced; what is"
                                        + " shown may be old.",
                                "See to the storage of the metadata; the broker goes on by itself when it is back.",
                                List.of())),
                        () -> {
                            if (metadata.storageFails()) {
                                found.add(new ProblemStatus(
                                        "storage_failing",
                                        Severity.CRITICAL.wireName(),
                                        null,
                                        "storage",
                                        null,
                                        "The last change of the metadata could not be stored",
                                        "Nothing can be changed, not even a failed proxy replaced.",
                                        "See the broker's log, and whether its disk or storage has room and rights.",
                                        List.of()));
                            }
                        });
        return found;
    }

    /** Moves that have failed and are tried again. */
    static List<ProblemStatus> ofMoves(ClusterOverview cluster, List<MigrationStatus> moves) {
        return moves.stream()
                .filter(move -> move.error() != null && !move.error().isEmpty())
                .map(move -> new ProblemStatus(
                        "move_fails",
                        Severity.WARNING.wireName(),
                        cluster.name(),
                        move.slotRange().rangeList().toString(),
                        null,
                        "The move of slots " + move.slotRange().rangeList() + " does not get on: " + move.error(),
                        "The slots are served by their source, as before.",
                        "It is tried again by itself. If that lasts, abort it, and see the log of the source.",
                        List.of(new RemedyStatus("abort", cluster.name().value()))))
                .toList();
    }
}
