package io.undermoon.broker.proxy;

import io.undermoon.broker.store.ProxyEpochs;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.tls.TlsContext;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.X509KeyManager;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sends {@code UMCTL GETEPOCH} to proxies over connections made for the occasion: recovery and scaling are rare, and a kept
 * connection would be broken just when it is needed.
 */
public final class RespProxyEpochs implements ProxyEpochs {
    private static final Logger LOG = Logger.getLogger(RespProxyEpochs.class);
    private static final Command UMCTL = Command.create("UMCTL");

    private final Vertx vertx;
    private final Duration timeout;
    private final Optional<String> password;
    private final @Nullable TlsContext tls;

    /**
     * @param timeout for connecting, and again for the answer
     * @param password given to those proxies that ask for one
     * @param tls absent for plain connections
     */
    public RespProxyEpochs(Vertx vertx, Duration timeout, Optional<String> password, @Nullable TlsContext tls) {
        this.vertx = vertx;
        this.timeout = timeout;
        this.password = password;
        this.tls = tls;
    }

    @Override
    public CompletionStage<Map<ProxyAddress, Optional<Epoch>>> ask(Collection<ProxyAddress> proxies) {
        Map<ProxyAddress, CompletableFuture<Optional<Epoch>>> questions = new TreeMap<>();
        for (ProxyAddress proxy : proxies) {
            questions.put(proxy, ask(proxy));
        }
        return CompletableFuture.allOf(questions.values().toArray(CompletableFuture[]::new))
                .thenApply(all -> {
                    Map<ProxyAddress, Optional<Epoch>> answers = new TreeMap<>();
                    questions.forEach((proxy, answer) -> answers.put(proxy, answer.join()));
                    return answers;
                });
    }

    private CompletableFuture<Optional<Epoch>> ask(ProxyAddress proxy) {
        Redis client = Redis.createClient(vertx, options(proxy));
        return within(2 * timeout.toMillis(), client.send(getEpoch()))
                .map(RespProxyEpochs::epoch)
                .otherwise(failure -> {
                    LOG.infof("proxy=%s epoch unknown: %s", proxy, failure.getMessage());
                    return Optional.empty();
                })
                .onComplete(done -> client.close())
                .toCompletionStage()
                .toCompletableFuture();
    }

    private RedisOptions options(ProxyAddress proxy) {
        RedisOptions options = new RedisOptions()
                .setConnectionString((tls == null ? "redis://" : "rediss://") + proxy)
                .setNetClientOptions(connecting())
                .setProtocolNegotiation(false);
        password.ifPresent(options::setPassword);
        return options;
    }

    private NetClientOptions connecting() {
        NetClientOptions options = new NetClientOptions().setConnectTimeout((int) timeout.toMillis());
        if (tls != null) {
            options.setSsl(true)
                    .setHostnameVerificationAlgorithm("HTTPS")
                    .setTrustOptions(TrustOptions.wrap(tls.trust()));
            X509KeyManager keys = tls.keys();
            if (keys != null) {
                options.setKeyCertOptions(KeyCertOptions.wrap(keys));
            }
        }
        return options;
    }

    private static Request getEpoch() {
        return Request.cmd(UMCTL).arg("GETEPOCH");
    }

    private static Optional<Epoch> epoch(Response response) {
        return Optional.of(new Epoch(response.toLong()));
    }

    /** The client has a time limit for connecting only. */
    private <T> Future<T> within(long millis, Future<T> future) {
        Promise<T> limited = Promise.promise();
        long timer = vertx.setTimer(millis, id -> limited.tryFail("no answer within " + millis + " ms"));
        future.onComplete(result -> {
            vertx.cancelTimer(timer);
            if (result.succeeded()) {
                limited.tryComplete(result.result());
            } else {
                limited.tryFail(result.cause());
            }
        });
        return limited.future();
    }
}
