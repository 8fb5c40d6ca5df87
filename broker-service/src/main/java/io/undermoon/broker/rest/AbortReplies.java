package io.undermoon.broker.rest;

import io.undermoon.broker.rest.MigrationMessages.AbortReply;
import io.undermoon.broker.rest.MigrationMessages.AbortedMigration;
import io.undermoon.broker.store.MigrationAborts.AbortStatus;
import io.undermoon.broker.store.MigrationAborts.Result;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.ProxyAddress;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The reply to an abort: a success if every migration is aborted or past its switch, else an error; both with
 * details.
 */
final class AbortReplies {
    private static final Set<AbortStatus> DECIDED = EnumSet.of(AbortStatus.ABORTED, AbortStatus.ALREADY_SWITCHED);

    private AbortReplies() {}

    static Response of(ClusterName cluster, boolean scalingCancelled, List<Result> results) {
        if (results.isEmpty() && !scalingCancelled) {
            throw new UndermoonException(
                    ErrorCode.MIGRATION_TASK_NOT_FOUND, "cluster '" + cluster + "' has no such migration");
        }
        List<AbortedMigration> details =
                results.stream().map(AbortReplies::detail).toList();
        List<Result> undecided = results.stream()
                .filter(result -> !DECIDED.contains(result.status()))
                .toList();
        if (undecided.isEmpty()) {
            return Response.ok(new AbortReply(null, null, scalingCancelled, details))
                    .build();
        }
        ErrorCode code = ErrorCode.MIGRATION_NOT_ABORTED;
        return Response.status(code.httpStatus())
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(new AbortReply(code.name(), message(undecided), scalingCancelled, details))
                .build();
    }

    private static AbortedMigration detail(Result result) {
        return new AbortedMigration(
                result.task().slotRange(),
                result.status().name().toLowerCase(Locale.ROOT),
                sourceOf(result),
                result.message());
    }

    private static String message(List<Result> undecided) {
        Result first = undecided.get(0);
        String what = "the migration of slots " + first.task().slotRange().rangeList() + " was not aborted: ";
        String why = switch (first.status()) {
            case NOT_ANSWERED ->
                "its source, proxy '" + sourceOf(first) + "', does not answer (" + first.message() + ")";
            case REFUSED -> "its source, proxy '" + sourceOf(first) + "', says " + first.message();
            case CHANGED -> "it was committed or restarted meanwhile";
            case ABORTED, ALREADY_SWITCHED -> throw new IllegalStateException("decided: " + first);
        };
        return undecided.size() == 1 ? what + why : what + why + "; nor were " + (undecided.size() - 1) + " others";
    }

    private static ProxyAddress sourceOf(Result result) {
        return result.task()
                .slotRange()
                .migration()
                .map(MigrationMeta::srcProxyAddress)
                .orElseThrow();
    }
}
