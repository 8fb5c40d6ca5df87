package io.undermoon.broker.proxy;

import io.undermoon.broker.observe.Figures;
import io.undermoon.broker.observe.NodeAnswer;
import io.undermoon.broker.observe.ProxyAnswer;
import io.undermoon.broker.observe.ProxyProbe;
import io.undermoon.client.RespClient;
import io.undermoon.client.RespClientException;
import io.undermoon.client.RespConnection;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.resp.RespValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Sends {@code UMCTL GETEPOCH}, {@code READY} and {@code NODES} in one write, and {@code INFO} for figures, to each
 * proxy on two connections that are kept: nodes that hang have {@code INFO} wait. A kept connection that was closed is
 * opened once more.
 */
public final class RespProxyProbe implements ProxyProbe, AutoCloseable {
    private static final List<List<String>> STATE =
            List.of(List.of("UMCTL", "GETEPOCH"), List.of("UMCTL", "READY"), List.of("UMCTL", "NODES"));
    private static final List<List<String>> FIGURES =
            List.of(List.of("INFO", "clients", "memory", "stats", "keyspace", "commandstats"));

    private final RespClient client;
    private final Map<ProxyAddress, RespConnection> forState = new ConcurrentHashMap<>();
    private final Map<ProxyAddress, RespConnection> forFigures = new ConcurrentHashMap<>();

    /** @param client closed with this */
    public RespProxyProbe(RespClient client) {
        this.client = client;
    }

    @Override
    public CompletionStage<ProxyAnswer> state(ProxyAddress proxy) {
        return exchange(forState, proxy, STATE).thenApply(RespProxyProbe::answer);
    }

    @Override
    public CompletionStage<Figures> figures(ProxyAddress proxy) {
        return exchange(forFigures, proxy, FIGURES).thenApply(replies -> {
            String info = text(replies.get(0));
            Figures figures = info == null ? null : Figures.parse(info);
            if (figures == null) {
                throw new RespClientException(
                        RespClientException.Reason.REFUSED, "it tells no figures: " + words(replies.get(0)));
            }
            return figures;
        });
    }

    @Override
    public void retain(Set<ProxyAddress> proxies) {
        for (Map<ProxyAddress, RespConnection> kept : List.of(forState, forFigures)) {
            kept.forEach((proxy, connection) -> {
                if (!proxies.contains(proxy)) {
                    drop(kept, proxy, connection);
                }
            });
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private CompletableFuture<List<RespValue>> exchange(
            Map<ProxyAddress, RespConnection> kept, ProxyAddress proxy, List<List<String>> commands) {
        RespConnection open = kept.get(proxy);
        return open == null
                ? anew(kept, proxy, commands)
                : open.exchange(commands)
                        .handle((answer, failure) -> failure == null
                                ? CompletableFuture.completedFuture(answer)
                                : again(kept, proxy, open, commands, RespClientException.of(failure)))
                        .thenCompose(stage -> stage);
    }

    /** What does not answer in time is not asked a second time: the answer would be late for those who look. */
    private CompletableFuture<List<RespValue>> again(
            Map<ProxyAddress, RespConnection> kept,
            ProxyAddress proxy,
            RespConnection broken,
            List<List<String>> commands,
            RespClientException failure) {
        drop(kept, proxy, broken);
        return failure.reason() == RespClientException.Reason.CLOSED
                ? anew(kept, proxy, commands)
                : CompletableFuture.failedFuture(failure);
    }

    private CompletableFuture<List<RespValue>> anew(
            Map<ProxyAddress, RespConnection> kept, ProxyAddress proxy, List<List<String>> commands) {
        return client.connect(HostPort.parse(proxy.value())).thenCompose(connection -> {
            RespConnection former = kept.put(proxy, connection);
            if (former != null) {
                former.close();
            }
            return connection.exchange(commands).whenComplete((replies, failure) -> {
                if (failure != null) {
                    drop(kept, proxy, connection);
                }
            });
        });
    }

    private static void drop(Map<ProxyAddress, RespConnection> kept, ProxyAddress proxy, RespConnection connection) {
        kept.remove(proxy, connection);
        connection.close();
    }

    private static ProxyAnswer answer(List<RespValue> replies) {
        Epoch epoch = epoch(replies.get(0));
        String ready = text(replies.get(1));
        return new ProxyAnswer(epoch, ready == null ? null : ready.equals("1"), nodes(replies.get(2)));
    }

    private static Epoch epoch(RespValue reply) {
        try {
            return Epoch.parse(String.valueOf(text(reply)));
        } catch (IllegalArgumentException e) {
            throw new RespClientException(
                    RespClientException.Reason.REFUSED, "it does not tell its epoch: " + words(reply), e);
        }
    }

    private static @Nullable List<NodeAnswer> nodes(RespValue reply) {
        if (!(reply instanceof RespValue.Array lines)) {
            return null;
        }
        List<NodeAnswer> nodes = new ArrayList<>();
        for (RespValue line : lines.items()) {
            if (line instanceof RespValue.Array fields) {
                List<String> texts = new ArrayList<>();
                fields.items().forEach(field -> texts.add(String.valueOf(text(field))));
                NodeAnswer.parse(texts).ifPresent(nodes::add);
            }
        }
        return nodes;
    }

    /** Absent for an error and for what is no text. */
    private static @Nullable String text(RespValue reply) {
        return reply instanceof RespValue.Simple || reply instanceof RespValue.Bulk || reply instanceof RespValue.Int
                ? reply.asText()
                : null;
    }

    private static String words(RespValue reply) {
        return reply instanceof RespValue.Failure failure ? failure.text() : "an unexpected reply";
    }
}
