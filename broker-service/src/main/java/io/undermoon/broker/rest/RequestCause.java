package io.undermoon.broker.rest;

import io.quarkus.arc.Arc;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.undermoon.broker.store.ChangeCause;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * The request that the calling thread handles, as the cause of a change: its account, or where nobody has to prove
 * anything the address of the caller.
 */
@Singleton
public final class RequestCause implements ChangeCause.Source {
    private final CurrentVertxRequest current;

    RequestCause(CurrentVertxRequest current) {
        this.current = current;
    }

    @Override
    public ChangeCause get() {
        RoutingContext request = Arc.container().requestContext().isActive() ? current.getCurrent() : null;
        if (request == null) {
            return ChangeCause.BROKER;
        }
        return new ChangeCause(
                who(request),
                request.request().method() + " " + request.request().path());
    }

    private static String who(RoutingContext request) {
        String account = Gate.accountOf(request);
        return account == null ? addressOf(request.request().remoteAddress()) : account;
    }

    private static String addressOf(@Nullable SocketAddress caller) {
        return caller == null || caller.hostAddress() == null ? "unknown" : caller.hostAddress();
    }
}
