package io.undermoon.broker.proxy;

import static java.util.Objects.requireNonNull;

import io.undermoon.broker.store.MigrationControl;
import io.undermoon.client.RespClient;
import io.undermoon.client.RespClientException;
import io.undermoon.client.RespClientException.Reason;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.resp.RespValue;
import io.undermoon.umctl.Handshake;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Sends {@code UMCTL ABORTMIGRATION} to the sources of migrations, each on a connection of its own. */
public final class RespMigrationControl implements MigrationControl {
    private final RespClient client;

    public RespMigrationControl(RespClient client) {
        this.client = client;
    }

    @Override
    public CompletionStage<Map<MigrationTask, Answer>> abort(Collection<MigrationTask> tasks) {
        return FanOut.all(tasks, this::abort);
    }

    private CompletableFuture<Answer> abort(MigrationTask task) {
        HostPort source = task.slotRange()
                .migration()
                .map(meta -> HostPort.parse(meta.srcProxyAddress().value()))
                .orElseThrow(() -> new IllegalArgumentException("no migration: " + task));
        return client.call(source, new Handshake(Handshake.Step.ABORTMIGRATION, Handshake.VERSION, task).toCommand())
                .thenApply(RespValue::asText)
                .handle(RespMigrationControl::answer);
    }

    private static Answer answer(@Nullable String reply, @Nullable Throwable failure) {
        if (reply == null) {
            return failed(RespClientException.of(requireNonNull(failure)));
        }
        // Only the one reply that the protocol defines may take slots out of a migration.
        return new Answer(reply.equals("OK") ? Answer.Kind.AGREED : Answer.Kind.REFUSED, reply);
    }

    private static Answer failed(RespClientException failure) {
        String message = String.valueOf(failure.getMessage());
        if (failure.reason() != Reason.REFUSED) {
            return new Answer(Answer.Kind.NO_ANSWER, message);
        }
        return new Answer(
                message.startsWith("ALREADY_SWITCHED") ? Answer.Kind.ALREADY_SWITCHED : Answer.Kind.REFUSED, message);
    }
}
