package io.undermoon.proxy.migration.copy;

import io.undermoon.proxy.node.NodeClient;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.node.ReplyValues;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.resp.RespValue;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jboss.logging.Logger;

/**
 * Settings of a Redis master for the moment of a request for a full copy that is not wanted. A master that copies to
 * disk, or without a delay, forks as soon as it is asked; one that copies to sockets after a delay waits that long.
 * Owned by the migration event loop.
 */
final class DelayedFork {
    private static final Logger LOG = Logger.getLogger(DelayedFork.class);
    private static final String DISKLESS = "repl-diskless-sync";
    private static final String DELAY = "repl-diskless-sync-delay";

    /** The default of Redis. */
    private static final String DELAY_SECONDS = "5";

    private final NodeClient nodes;
    private final Endpoint node;
    private String diskless = "";
    private String delay = "";

    DelayedFork(NodeClient nodes, Endpoint node) {
        this.nodes = nodes;
        this.node = node;
    }

    /**
     * Has the master wait before it forks. Completes in any case: where its settings cannot be changed, it forks once.
     */
    CompletionStage<Boolean> begin() {
        return get(DISKLESS)
                .thenCompose(first -> get(DELAY).thenCompose(second -> {
                    if (first.equals("yes") && !second.equals("0")) {
                        return CompletableFuture.completedFuture(true);
                    }
                    diskless = first;
                    delay = second;
                    return set("yes", DELAY_SECONDS);
                }))
                .exceptionally(problem -> {
                    LOG.infof(
                            "The first migration from a node may have it fork: node=%s reason=%s",
                            node, NodeException.reason(problem));
                    return false;
                });
    }

    /** Restores the settings. */
    void end() {
        if (!diskless.isEmpty()) {
            String formerDiskless = diskless;
            String formerDelay = delay;
            diskless = "";
            set(formerDiskless, formerDelay).exceptionally(problem -> {
                LOG.warnf(
                        "Settings cannot be restored: node=%s %s=%s %s=%s reason=%s",
                        node, DISKLESS, formerDiskless, DELAY, formerDelay, NodeException.reason(problem));
                return false;
            });
        }
    }

    private CompletionStage<String> get(String setting) {
        return nodes.call(node, "CONFIG", "GET", setting).thenApply(reply -> {
            List<RespValue> pair = ReplyValues.items(reply);
            if (pair.size() != 2) {
                throw new IllegalStateException("the node has no setting " + setting);
            }
            return ReplyValues.text(pair.get(1));
        });
    }

    private CompletionStage<Boolean> set(String newDiskless, String newDelay) {
        return nodes.call(node, "CONFIG", "SET", DISKLESS, newDiskless)
                .thenCompose(done -> nodes.call(node, "CONFIG", "SET", DELAY, newDelay))
                .thenApply(done -> true);
    }
}
