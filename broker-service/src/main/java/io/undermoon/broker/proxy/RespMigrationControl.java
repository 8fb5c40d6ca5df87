package io.undermoon.broker.proxy;

import io.undermoon.broker.store.MigrationControl;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.umctl.Handshake;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Sends {@code UMCTL ABORTMIGRATION} to the sources of migrations. */
public final class RespMigrationControl implements MigrationControl {
    private final ProxyCall call;

    public RespMigrationControl(ProxyCall call) {
        this.call = call;
    }

    @Override
    public CompletionStage<Map<MigrationTask, Answer>> abort(Collection<MigrationTask> tasks) {
        return ProxyCall.all(tasks, this::abort);
    }

    private Future<Answer> abort(MigrationTask task) {
        List<String> command = new Handshake(Handshake.Step.ABORTMIGRATION, Handshake.VERSION, task).toCommand();
        return task.slotRange()
                .migration()
                .map(meta -> call.umctl(meta.srcProxyAddress(), command.subList(1, command.size()))
                        .map(RespMigrationControl::answer)
                        .otherwise(RespMigrationControl::failure))
                .orElseThrow(() -> new IllegalArgumentException("no migration: " + task));
    }

    private static Answer answer(Response response) {
        // Only the one answer the protocol knows may take slots out of a migration.
        boolean agreed = response.toString().equals("OK");
        return new Answer(agreed ? Answer.Kind.AGREED : Answer.Kind.REFUSED, response.toString());
    }

    private static Answer failure(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        if (!(failure instanceof Response)) {
            return new Answer(Answer.Kind.NO_ANSWER, message);
        }
        return new Answer(
                message.startsWith("ALREADY_SWITCHED") ? Answer.Kind.ALREADY_SWITCHED : Answer.Kind.REFUSED, message);
    }
}
