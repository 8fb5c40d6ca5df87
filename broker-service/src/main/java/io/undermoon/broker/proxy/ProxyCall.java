package io.undermoon.broker.proxy;

import io.undermoon.metadata.ProxyAddress;
import io.undermoon.tls.TlsContext;
import io.undermoon.umctl.ProxyLogin;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * One control command to a proxy, over a connection made for the occasion: what the broker asks of proxies is rare, and a kept
 * connection would be broken just when it is needed.
 */
public final class ProxyCall {
    private static final Command UMCTL = Command.create("UMCTL");

    private final Vertx vertx;
    private final Duration timeout;
    private final ProxyLogin login;
    private final @Nullable TlsContext tls;

    /**
     * @param timeout for connecting, and again for the answer
     * @param tls absent for plain connections
     */
    public ProxyCall(Vertx vertx, Duration timeout, ProxyLogin login, @Nullable TlsContext tls) {
        this.vertx = vertx;
        this.timeout = timeout;
        this.login = login;
        this.tls = tls;
    }

    /** Sends {@code UMCTL} with arguments. An error reply is a failure that is itself a {@link Response}. */
    Future<Response> umctl(ProxyAddress proxy, List<String> arguments) {
        Redis client = Redis.createClient(vertx, options(proxy));
        Request request = Request.cmd(UMCTL);
        arguments.forEach(request::arg);
        Future<Response> answer = client.connect()
                .compose(connection ->
                        logIn(connection, login.attempts().iterator()).compose(done -> connection.send(request)));
        return within(2 * timeout.toMillis(), answer).onComplete(done -> client.close());
    }

    /** Tries one login after the other; where none is taken, the proxy needs none or refuses the command by itself. */
    private static Future<Void> logIn(RedisConnection connection, Iterator<ProxyLogin.Attempt> attempts) {
        if (!attempts.hasNext()) {
            return Future.succeededFuture();
        }
        List<String> words = attempts.next().command();
        Request request = Request.cmd(Command.create(words.get(0)));
        words.subList(1, words.size()).forEach(request::arg);
        return connection.send(request).<Void>mapEmpty().recover(refused -> logIn(connection, attempts));
    }

    /** Asks a question about each of some subjects at the same time; the questions may not fail. */
    static <S, A> CompletionStage<Map<S, A>> all(Collection<S> subjects, Function<S, Future<A>> question) {
        Map<S, CompletableFuture<A>> questions = subjects.stream()
                .distinct()
                .collect(Collectors.toMap(
                        subject -> subject,
                        subject -> question.apply(subject).toCompletionStage().toCompletableFuture()));
        return CompletableFuture.allOf(questions.values().toArray(CompletableFuture[]::new))
                .thenApply(all -> questions.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, entry -> entry.getValue().join())));
    }

    private RedisOptions options(ProxyAddress proxy) {
        return new RedisOptions()
                .setConnectionString((tls == null ? "redis://" : "rediss://") + proxy)
                .setNetClientOptions(connecting())
                .setProtocolNegotiation(false);
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
