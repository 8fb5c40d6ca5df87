package io.undermoon.broker.rest;

import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * The log of successful changing requests, without the reports of failures and progress that coordinators repeat
 * every second.
 */
public final class RequestLog {
    private static final Logger LOG = Logger.getLogger(RequestLog.class);

    @ServerResponseFilter
    public void log(ContainerRequestContext request, ContainerResponseContext response, RoutingContext context) {
        String path = request.getUriInfo().getPath();
        boolean reads = request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        if (!reads
                && response.getStatus() == 200
                && !path.startsWith("/api/v3/failures/")
                && !path.equals("/api/v3/clusters/migrations/progress")) {
            LOG.infof(
                    "Request succeeded: method=%s path=%s account=%s",
                    request.getMethod(), path, Objects.requireNonNullElse(Gate.accountOf(context), "none"));
        }
    }
}
