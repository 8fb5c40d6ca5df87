package io.undermoon.broker.proxy;

import io.undermoon.broker.store.ProxyEpochs;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jboss.logging.Logger;

/** Sends {@code UMCTL GETEPOCH} to proxies. */
public final class RespProxyEpochs implements ProxyEpochs {
    private static final Logger LOG = Logger.getLogger(RespProxyEpochs.class);

    private final ProxyCall call;

    public RespProxyEpochs(ProxyCall call) {
        this.call = call;
    }

    @Override
    public CompletionStage<Map<ProxyAddress, Optional<Epoch>>> ask(Collection<ProxyAddress> proxies) {
        return ProxyCall.all(proxies, this::ask);
    }

    private Future<Optional<Epoch>> ask(ProxyAddress proxy) {
        return call.umctl(proxy, List.of("GETEPOCH"))
                .map(response -> Optional.of(new Epoch(response.toLong())))
                .otherwise(failure -> {
                    LOG.infof("proxy=%s epoch unknown: %s", proxy, failure.getMessage());
                    return Optional.empty();
                });
    }
}
