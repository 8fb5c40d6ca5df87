package io.undermoon.proxy.migration;

import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.node.NodeException;
import io.undermoon.proxy.node.ReplyValues;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.umctl.Handshake;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jboss.logging.Logger;

/** What the source of a migration says to other proxies. */
final class SourceMessages {
    private static final Logger LOG = Logger.getLogger(SourceMessages.class);

    private final MigrationContext context;
    private final MigrationTask task;
    private final ProxyAddress destination;

    SourceMessages(MigrationContext context, MigrationTask task, ProxyAddress destination) {
        this.context = context;
        this.task = task;
        this.destination = destination;
    }

    Endpoint destination() {
        return endpoint(destination);
    }

    /**
     * Asks the destination whether it is ready; its refusal fails the stage. The answer is the run of its node to which
     * slots may be copied ({@code OK <run>}), empty from older proxies, which name none.
     */
    CompletionStage<String> precheck() {
        return context.nodes()
                .call(destination(), message(Handshake.Step.PRECHECK))
                .thenApply(reply -> {
                    String[] words = ReplyValues.text(reply).split(" ", 2);
                    return words.length == 1 ? "" : words[1];
                });
    }

    /** Tells the destination that the slots are its own now; its refusal fails the stage. */
    CompletionStage<?> finalSwitch() {
        return context.nodes().call(destination(), message(Handshake.Step.FINALSWITCH));
    }

    /**
     * Tells the proxies that take no part that the slots are switched, so that they send nobody to the former owner
     * until they know of the commit. Who misses the message does so, and the former owner redirects.
     */
    void tellOthers() {
        List<String> message = message(Handshake.Step.SWITCHED);
        for (ProxyAddress peer : context.topology().current().cluster().peers().keySet()) {
            if (!peer.equals(destination)) {
                context.nodes().call(endpoint(peer), message).whenComplete((reply, problem) -> {
                    if (problem != null) {
                        LOG.debugf(
                                "A peer was not told of a switch: cluster=%s slots=%s peer=%s error=%s",
                                task.clusterName(), task.slotRange().rangeList(), peer, NodeException.reason(problem));
                    }
                });
            }
        }
    }

    private Endpoint endpoint(ProxyAddress proxy) {
        return context.endpoints().peer(proxy.value(), 0);
    }

    private List<String> message(Handshake.Step step) {
        return new Handshake(step, Handshake.VERSION, task).toCommand();
    }
}
