package io.undermoon.broker.proxy;

import io.undermoon.broker.store.ProxyEpochs;
import io.undermoon.client.RespClient;
import io.undermoon.client.RespClientException;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.ProxyAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jboss.logging.Logger;

/** Sends {@code UMCTL GETEPOCH} to proxies, each on a connection of its own. */
public final class RespProxyEpochs implements ProxyEpochs {
    private static final Logger LOG = Logger.getLogger(RespProxyEpochs.class);
    private static final List<String> GET_EPOCH = List.of("UMCTL", "GETEPOCH");

    private final RespClient client;

    public RespProxyEpochs(RespClient client) {
        this.client = client;
    }

    @Override
    public CompletionStage<Map<ProxyAddress, Optional<Epoch>>> ask(Collection<ProxyAddress> proxies) {
        return FanOut.all(proxies, this::ask);
    }

    private CompletableFuture<Optional<Epoch>> ask(ProxyAddress proxy) {
        return client.call(HostPort.parse(proxy.value()), GET_EPOCH)
                .thenApply(reply -> Optional.of(new Epoch(Long.parseLong(reply.asText()))))
                .exceptionally(failure -> {
                    String reason = RespClientException.of(failure).getMessage();
                    LOG.infof("Epoch unknown: proxy=%s reason=%s", proxy, reason);
                    return Optional.empty();
                });
    }
}
