package io.undermoon.broker.proxy;

import io.undermoon.broker.store.FinishedMigrations;
import io.undermoon.client.RespClient;
import io.undermoon.client.RespClientException;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.resp.RespValue;
import io.undermoon.umctl.FinishedMigration;
import io.undermoon.umctl.UmctlSyntaxException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Sends {@code UMCTL INFOMGR} to the two proxies of a migration, each on a connection of its own. */
public final class RespFinishedMigrations implements FinishedMigrations {
    private static final List<String> FINISHED = List.of("UMCTL", "INFOMGR");

    private final RespClient client;

    public RespFinishedMigrations(RespClient client) {
        this.client = client;
    }

    @Override
    public CompletionStage<Answer> ask(MigrationTask task) {
        MigrationMeta meta =
                task.slotRange().migration().orElseThrow(() -> new IllegalArgumentException("no migration: " + task));
        return ask(meta.srcProxyAddress(), task)
                .thenCombine(
                        ask(meta.dstProxyAddress(), task),
                        (source, destination) -> new Answer(
                                source.isFinished() || destination.isFinished(),
                                source.message() + "; " + destination.message()));
    }

    private CompletableFuture<Answer> ask(ProxyAddress proxy, MigrationTask task) {
        return client.call(HostPort.parse(proxy.value()), FINISHED).handle((reply, failure) -> {
            if (reply instanceof RespValue.Array lines) {
                boolean listed = lines.items().stream().anyMatch(line -> isAbout(line, task));
                return new Answer(listed, "proxy '" + proxy + "' does not list it as finished");
            }
            String reason = failure == null
                    ? String.valueOf(reply)
                    : String.valueOf(RespClientException.of(failure).getMessage());
            return new Answer(false, "proxy '" + proxy + "' does not answer: " + reason);
        });
    }

    /** Whether a line is about the migration; each side lists it as its own. */
    private static boolean isAbout(RespValue line, MigrationTask task) {
        try {
            MigrationTask listed = FinishedMigration.parse(line.asText());
            return listed.clusterName().equals(task.clusterName())
                    && listed.slotRange().rangeList().equals(task.slotRange().rangeList())
                    && listed.slotRange().migration().equals(task.slotRange().migration());
        } catch (UmctlSyntaxException | IllegalArgumentException e) {
            return false;
        }
    }
}
