package io.undermoon.broker.rest;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** Logs the requests that changed something. What coordinators repeat every second, reports of failures and of progress, is not among them. */
public final class RequestLog {
    private static final Logger LOG = Logger.getLogger(RequestLog.class);

    @ServerResponseFilter
    public void log(ContainerRequestContext request, ContainerResponseContext response) {
        String path = request.getUriInfo().getPath();
        boolean reads = request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        if (!reads
                && response.getStatus() == 200
                && !path.startsWith("/api/v3/failures/")
                && !path.equals("/api/v3/clusters/migrations/progress")) {
            LOG.infof("%s %s", request.getMethod(), path);
        }
    }
}
