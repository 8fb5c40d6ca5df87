package io.undermoon.broker.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.undermoon.broker.state.JsonFault;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The mapping of all failures to HTTP replies in JSON: <code>{"error":"CODE","message":"…"}</code>. */
public final class Errors {
    private static final Logger LOG = Logger.getLogger(Errors.class);

    @ServerExceptionMapper
    public Response refused(UndermoonException e) {
        return reply(e.code(), String.valueOf(e.getMessage()), e.details());
    }

    @ServerExceptionMapper
    public Response unreadable(JsonProcessingException e) {
        if (e.getProcessor() instanceof JsonGenerator) {
            LOG.error("Reply cannot be written", e);
            return internalError();
        }
        return reply(ErrorCode.INVALID_REQUEST, JsonFault.describe(e), Map.of());
    }

    /** More specific than {@link #unreadable}, so that the framework's own mapper is not chosen. */
    @ServerExceptionMapper
    public Response unreadable(MismatchedInputException e) {
        return unreadable((JsonProcessingException) e);
    }

    /** Refusals by the framework before a resource is called. */
    @ServerExceptionMapper
    public Response framework(WebApplicationException e, ContainerRequestContext request) {
        int status = e.getResponse().getStatus();
        String path = ApiV2.pathOf(request);
        return switch (status) {
            case 400 ->
                e.getCause() instanceof JsonProcessingException json
                        ? unreadable(json)
                        : reply(ErrorCode.INVALID_REQUEST, "the request cannot be read: " + e.getMessage(), Map.of());
            case 404 -> reply(ErrorCode.PATH_NOT_FOUND, "there is nothing at " + path, Map.of());
            case 405 -> reply(ErrorCode.METHOD_NOT_ALLOWED, path + " does not have this method", Map.of());
            case 406 -> reply(ErrorCode.NOT_ACCEPTABLE, path + " is not available in an accepted type", Map.of());
            case 413 -> reply(ErrorCode.PAYLOAD_TOO_LARGE, "the body is too large", Map.of());
            case 415 -> reply(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "a body must be application/json", Map.of());
            default -> {
                if (status < 400) {
                    yield e.getResponse();
                }
                LOG.errorf(e, "Request failed: path=%s", path);
                yield reply(ErrorCode.INTERNAL_ERROR, String.valueOf(e.getMessage()), Map.of());
            }
        };
    }

    @ServerExceptionMapper
    public Response unexpected(Throwable e, ContainerRequestContext request) {
        if (e instanceof CompletionException && e.getCause() instanceof UndermoonException refusal) {
            return refused(refusal);
        }
        LOG.errorf(e, "Request failed: path=%s", ApiV2.pathOf(request));
        return internalError();
    }

    private static Response internalError() {
        return reply(ErrorCode.INTERNAL_ERROR, "the broker failed; its log says why", Map.of());
    }

    /** The members of an error, in the order in which they are written. */
    static Map<String, String> body(ErrorCode code, String message, Map<String, String> details) {
        Map<String, String> body = new LinkedHashMap<>();
        body.put("error", code.name());
        body.putAll(details);
        body.put("message", message);
        return body;
    }

    private static Response reply(ErrorCode code, String message, Map<String, String> details) {
        return Response.status(code.httpStatus())
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(body(code, message, details))
                .build();
    }
}
