package io.undermoon.broker.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.undermoon.fault.ErrorCode;
import io.undermoon.json.Json;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * A check of {@code Content-Length} that refuses a request in JSON, before the server would do it without a body. The
 * server's own limit, {@code quarkus.http.limits.max-body-size}, applies to bodies of unknown length.
 */
public final class BodyLimit {
    /** A priority before the server's own check. */
    private static final int FIRST = 1000;

    void install(
            @Observes Filters filters, @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize limit) {
        filters.register(request -> check(request, limit.asLongValue()), FIRST);
    }

    private static void check(RoutingContext request, long limit) {
        String length = request.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null || (length.length() < 19 && Long.parseLong(length) <= limit)) {
            request.next();
            return;
        }
        request.response()
                .setStatusCode(ErrorCode.PAYLOAD_TOO_LARGE.httpStatus())
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CONNECTION, "close")
                .end(body(length, limit));
    }

    private static String body(String length, long limit) {
        String message = "the body has " + length + " bytes, more than the " + limit + " allowed";
        try {
            return Json.mapper().writeValueAsString(Errors.body(ErrorCode.PAYLOAD_TOO_LARGE, message, Map.of()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("strings always can be written as JSON", e);
        }
    }
}
