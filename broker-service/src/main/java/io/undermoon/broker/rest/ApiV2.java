package io.undermoon.broker.rest;

import io.undermoon.broker.rest.Messages.ClusterReply;
import io.undermoon.broker.rest.Messages.ProxyReply;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.Node;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.GenericEntity;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.util.List;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;
import org.jspecify.annotations.Nullable;

/**
 * The API {@code /api/v2} for older callers: requests are routed to {@code /api/v3}, and the replies that differ are
 * converted to their older shape.
 */
public final class ApiV2 {
    private static final String OLD_PREFIX = "/api/v2/";
    private static final String NEW_PREFIX = "/api/v3/";
    private static final String MARK = "undermoon.api.v2";

    @ServerRequestFilter(preMatching = true)
    public void route(ContainerRequestContext request) {
        URI uri = request.getUriInfo().getRequestUri();
        if (uri.getRawPath().startsWith(OLD_PREFIX)) {
            String path = NEW_PREFIX + uri.getRawPath().substring(OLD_PREFIX.length());
            String query = uri.getRawQuery();
            request.setRequestUri(URI.create(query == null ? path : path + "?" + query));
            request.setProperty(MARK, uri.getRawPath());
        }
    }

    /** The path that the caller sent. */
    static String pathOf(ContainerRequestContext request) {
        return request.getProperty(MARK) instanceof String older
                ? older
                : request.getUriInfo().getPath();
    }

    @ServerResponseFilter
    public void shape(ContainerRequestContext request, ContainerResponseContext response, UriInfo uri) {
        if (request.getProperty(MARK) == null) {
            return;
        }
        Object entity = response.getEntity();
        if (entity == null) {
            response.getHeaders().putSingle("Content-Type", MediaType.TEXT_PLAIN);
        } else if (entity instanceof Epoch epoch) {
            response.setEntity(epoch.toString(), null, MediaType.TEXT_PLAIN_TYPE);
        } else {
            Object older = older(entity, uri.getPathParameters().getFirst("name"));
            if (older != entity) {
                response.setEntity(older);
            }
        }
    }

    private static Object older(Object entity, @Nullable String cluster) {
        if (entity instanceof ClusterReply reply) {
            return ShapeV2.cluster(reply);
        }
        if (entity instanceof ProxyReply reply) {
            return ShapeV2.proxy(reply);
        }
        if (cluster != null && entity instanceof List<?> list) {
            return new GenericEntity<List<?>>(list.stream()
                    .map(element -> element instanceof Node node ? ShapeV2.node(cluster, node) : element)
                    .toList()) {};
        }
        return entity;
    }
}
