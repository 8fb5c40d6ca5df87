package io.undermoon.broker.observe;

import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Proxies that answer what a test says, at once or when it wants them to. */
final class FakeProbe implements ProxyProbe {
    final List<ProxyAddress> askedForState = new ArrayList<>();
    final List<ProxyAddress> askedForFigures = new ArrayList<>();
    final Map<ProxyAddress, ProxyAnswer> states = new HashMap<>();
    final Map<ProxyAddress, Figures> figures = new HashMap<>();
    final Map<ProxyAddress, CompletableFuture<ProxyAnswer>> open = new HashMap<>();
    boolean answersLater;

    @Override
    public CompletionStage<ProxyAnswer> state(ProxyAddress proxy) {
        askedForState.add(proxy);
        CompletableFuture<ProxyAnswer> answer = new CompletableFuture<>();
        open.put(proxy, answer);
        if (!answersLater) {
            answer(proxy);
        }
        return answer;
    }

    void answer(ProxyAddress proxy) {
        ProxyAnswer state = states.get(proxy);
        CompletableFuture<ProxyAnswer> answer = open.get(proxy);
        if (state == null) {
            answer.completeExceptionally(new IllegalStateException("Connection refused"));
        } else {
            answer.complete(state);
        }
    }

    @Override
    public CompletionStage<Figures> figures(ProxyAddress proxy) {
        askedForFigures.add(proxy);
        Figures known = figures.get(proxy);
        return known == null
                ? CompletableFuture.failedFuture(new IllegalStateException("NOPERM"))
                : CompletableFuture.completedFuture(known);
    }

    @Override
    public void retain(Set<ProxyAddress> proxies) {
        states.keySet().retainAll(proxies);
    }

    static NodeAnswer node(NodeAddress address, String role, String state, @Nullable NodeAddress master, long offset) {
        return new NodeAnswer(address, role, state, role.equals("master") ? "none" : "up", offset, master, "none");
    }

    static ProxyAnswer answer(long epoch, NodeAnswer... nodes) {
        return new ProxyAnswer(new Epoch(epoch), true, List.of(nodes));
    }
}
