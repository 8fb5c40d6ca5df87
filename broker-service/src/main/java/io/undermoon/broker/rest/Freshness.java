package io.undermoon.broker.rest;

import io.quarkus.runtime.BlockingOperationControl;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.client.HttpReply;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.time.temporal.ChronoUnit;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * How new the metadata of a reply to a read is. A broker that shares its storage may be some milliseconds behind the
 * others; a request with {@code Cache-Control: no-cache} has it ask the storage first. While the storage is away, reads
 * are answered from the last value and say so in a header.
 */
public final class Freshness {
    private static final String GET = "GET";

    private final MetadataWriter metadata;

    Freshness(MetadataWriter metadata) {
        this.metadata = metadata;
    }

    /** Comes after filters that refuse a request. */
    @ServerRequestFilter(priority = Priorities.USER + 1000)
    public void confirm(ContainerRequestContext request) {
        String cacheControl = request.getHeaderString(HttpHeaders.CACHE_CONTROL);
        if (cacheControl != null
                && cacheControl.contains("no-cache")
                && request.getMethod().equals(GET)
                && BlockingOperationControl.isBlockingAllowed()) {
            metadata.confirm();
        }
    }

    @ServerResponseFilter
    public void markStale(ContainerRequestContext request, ContainerResponseContext response) {
        if (request.getMethod().equals(GET)) {
            metadata.outage()
                    .ifPresent(outage -> response.getHeaders()
                            .putSingle(
                                    HttpReply.STALE_SINCE,
                                    outage.since()
                                            .truncatedTo(ChronoUnit.SECONDS)
                                            .toString()));
        }
    }
}
