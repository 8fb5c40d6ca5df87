package io.undermoon.broker.rest;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.undermoon.broker.auth.AccessControl;
import io.undermoon.broker.auth.Account;
import io.undermoon.broker.auth.Role;
import io.undermoon.broker.config.BrokerConfig;
import io.undermoon.broker.config.ConsoleDataAccess;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.client.Installation;
import io.undermoon.fault.ErrorCode;
import io.undermoon.json.Json;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * The check of every request before its body is read: where it comes from, whether there is such an endpoint, who
 * calls, and whether the body is of a type and length that is taken. Runs on the event loop and does not block.
 */
@Singleton
public final class Gate {
    /** A priority before the server's own checks. */
    private static final int FIRST = 1000;

    private static final String V3 = "/api/v3";
    private static final String V2 = "/api/v2";
    private static final String QUARKUS = "/q/";
    private static final String SWAGGER = QUARKUS + "swagger-ui";
    private static final String HEALTH = QUARKUS + "health";
    private static final String ACCOUNT = "undermoon.account";
    private static final String ROLE = "undermoon.role";
    private static final String CHALLENGE = "Bearer realm=\"undermoon\", Basic realm=\"undermoon\"";

    private final AccessControl access;
    private final Origins origins;
    private final MetadataWriter metadata;
    private final boolean hasConsole;
    private final boolean hasData;

    Gate(AccessControl access, BrokerConfig config, ConsoleDataAccess data, MetadataWriter metadata) {
        this.hasData = data.isOn();
        this.access = access;
        this.metadata = metadata;
        this.origins = new Origins(config.allowedHosts().orElse(List.of()));
        this.hasConsole = config.console();
    }

    void install(@Observes Filters filters) {
        filters.register(this::check, FIRST);
    }

    /** The name of the account that a request was let in with; absent where nobody has to prove anything. */
    static @Nullable String accountOf(RoutingContext context) {
        return context.get(ACCOUNT);
    }

    /** Who sends a request, and with which role; where nobody has to prove anything everybody may do everything. */
    static OverviewMessages.Caller callerOf(RoutingContext context, ConsoleDataAccess data) {
        Role role = context.get(ROLE);
        return new OverviewMessages.Caller(
                accountOf(context), (role == null ? Role.ADMIN : role).wireName(), data.isOn());
    }

    private void check(RoutingContext context) {
        Refusal refusal = refusal(context);
        if (refusal == null) {
            context.next();
        } else {
            refusal.send(context);
        }
    }

    private @Nullable Refusal refusal(RoutingContext context) {
        HttpServerRequest request = context.request();
        String path = requireNonNull(request.path(), "path");
        if (path.equals(HEALTH) || path.startsWith(HEALTH + "/")) {
            return hasDotSegment(path) ? nothingAt(path) : null;
        }
        Refusal foreign = foreign(request);
        if (foreign != null) {
            return foreign;
        }
        if (hasDotSegment(path)) {
            return nothingAt(path);
        }
        String below = belowApi(path);
        if (below == null) {
            if (ConsolePages.isPage(path)) {
                return page(context, path);
            }
            // Another spelling of an endpoint, such as //api or /%61pi, is none of these.
            return path.startsWith(QUARKUS) ? unauthorized(context, Role.VIEWER) : nothingAt(path);
        }
        if (below.indexOf(';') >= 0) {
            return new Refusal(ErrorCode.INVALID_REQUEST, "no path of the API has a ';'; in a value it is written %3B");
        }
        String method = request.method().name();
        Optional<Endpoints.Endpoint> endpoint = Endpoints.find(method, below);
        if (endpoint.isEmpty()) {
            return notThere(method, path, Endpoints.allowed(below));
        }
        if (!hasConsole && ConsolePages.isOverview(below)) {
            return new Refusal(ErrorCode.PATH_NOT_FOUND, "undermoon.console is off, so there is nothing at " + path);
        }
        if (!hasData && ConsolePages.isData(below)) {
            return new Refusal(
                    ErrorCode.PATH_NOT_FOUND, "undermoon.console_data_access is off, so there is nothing at " + path);
        }
        Refusal unauthorized = unauthorized(context, endpoint.get().role());
        if (unauthorized != null) {
            return unauthorized;
        }
        Refusal ofOther = ofOtherInstallation(context);
        return ofOther != null ? ofOther : unacceptableBody(request, endpoint.get());
    }

    /** Pages are the same in every installation; what they show they ask the API for. */
    private @Nullable Refusal page(RoutingContext context, String path) {
        if (!hasConsole) {
            if (!path.equals("/")) {
                return nothingAt(path);
            }
            Refusal unauthorized = unauthorized(context, Role.VIEWER);
            return unauthorized != null ? unauthorized : new Refusal(null, "", Map.of("Location", SWAGGER));
        }
        if (!reads(context.request())) {
            return notThere(context.request().method().name(), path, "GET, HEAD");
        }
        ConsolePages.addHeaders(context);
        return null;
    }

    /** Our services say to which installation they belong, and are told the broker's. */
    private @Nullable Refusal ofOtherInstallation(RoutingContext context) {
        String own = metadata.state().installationId();
        String other = context.request().getHeader(Installation.HEADER);
        if (own == null) {
            return null;
        }
        context.response().putHeader(Installation.HEADER, own);
        return other == null || other.equals(own)
                ? null
                : new Refusal(
                        ErrorCode.OTHER_INSTALLATION,
                        "the broker belongs to installation " + own + ", the caller to " + other);
    }

    /** Of the API, the path below the version; absent for other paths. */
    private static @Nullable String belowApi(String path) {
        if (path.equals(V3) || path.startsWith(V3 + "/")) {
            return path.substring(V3.length());
        }
        return path.equals(V2) || path.startsWith(V2 + "/") ? path.substring(V2.length()) : null;
    }

    /** The router would resolve them, so that the check here and the router would see different paths. */
    private static boolean hasDotSegment(String path) {
        for (String segment : path.split("/", -1)) {
            String plain = segment.replace("%2e", ".").replace("%2E", ".");
            if (plain.equals(".") || plain.equals("..")) {
                return true;
            }
        }
        return false;
    }

    private @Nullable Refusal foreign(HttpServerRequest request) {
        String host = hostOf(request);
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        boolean reads = reads(request);
        if (!reads && !origins.isSameOrigin(origin, host)) {
            return new Refusal(
                    ErrorCode.FORBIDDEN,
                    "a web page of '" + origin + "' may not change anything here; if it should, name its host in"
                            + " undermoon.allowed_hosts");
        }
        // With accounts the caller proves who it is, which such a page cannot.
        if (access.isOpen() && !origins.isOurs(host)) {
            return new Refusal(
                    ErrorCode.FORBIDDEN,
                    "the host '" + host + "' of the request is no known name of this broker; add it to"
                            + " undermoon.allowed_hosts");
        }
        return null;
    }

    /** HTTP/2 has it in a field of its own. */
    private static @Nullable String hostOf(HttpServerRequest request) {
        String header = request.getHeader(HttpHeaders.HOST);
        HostAndPort authority = header == null ? request.authority() : null;
        return authority == null ? header : authority.toString();
    }

    private static Refusal notThere(String method, String path, String allowed) {
        if (allowed.isEmpty()) {
            return nothingAt(path);
        }
        if (method.equals("OPTIONS")) {
            return new Refusal(null, "", Map.of("Allow", allowed));
        }
        return new Refusal(
                ErrorCode.METHOD_NOT_ALLOWED, path + " takes " + allowed + ", not " + method, Map.of("Allow", allowed));
    }

    private static Refusal nothingAt(String path) {
        return new Refusal(ErrorCode.PATH_NOT_FOUND, "there is nothing at " + path);
    }

    private @Nullable Refusal unauthorized(RoutingContext context, Role needed) {
        if (access.isOpen()) {
            return null;
        }
        HttpServerRequest request = context.request();
        Optional<Account> account =
                access.identify(request.getHeader(HttpHeaders.AUTHORIZATION), certificate(request.sslSession()));
        if (account.isEmpty()) {
            return new Refusal(
                    ErrorCode.UNAUTHORIZED,
                    "the request needs the token, password or certificate of an account",
                    Map.of("WWW-Authenticate", CHALLENGE));
        }
        if (!account.get().role().covers(needed)) {
            return new Refusal(
                    ErrorCode.FORBIDDEN,
                    "account '" + account.get().name() + "' has the role "
                            + account.get().role().wireName() + "; this needs " + needed.wireName());
        }
        context.put(ACCOUNT, account.get().name());
        context.put(ROLE, account.get().role());
        return null;
    }

    private static @Nullable X500Principal certificate(@Nullable SSLSession session) {
        try {
            return session != null && session.getPeerPrincipal() instanceof X500Principal subject ? subject : null;
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    /** A form, which a page of any origin can send, has another type. */
    private static @Nullable Refusal unacceptableBody(HttpServerRequest request, Endpoints.Endpoint endpoint) {
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (!reads(request) && type != null && !isJson(type)) {
            return new Refusal(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                    "the Content-Type is '" + type + "', and has to be application/json");
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null || (length.length() < 10 && Integer.parseInt(length) <= endpoint.maxBodyBytes())) {
            return null;
        }
        return new Refusal(
                ErrorCode.PAYLOAD_TOO_LARGE,
                "the body has " + length + " bytes, more than the " + endpoint.maxBodyBytes() + " allowed",
                Map.of("Connection", "close"));
    }

    private static boolean isJson(String contentType) {
        int parameters = contentType.indexOf(';');
        String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
        return type.strip().equalsIgnoreCase("application/json");
    }

    private static boolean reads(HttpServerRequest request) {
        String method = request.method().name();
        return method.equals("GET") || method.equals("HEAD");
    }

    /** @param code absent for an empty success */
    private record Refusal(@Nullable ErrorCode code, String message, Map<String, String> headers) {
        Refusal(ErrorCode code, String message) {
            this(code, message, Map.of());
        }

        void send(RoutingContext context) {
            headers.forEach(context.response()::putHeader);
            if (code == null) {
                context.response()
                        .setStatusCode(headers.containsKey("Location") ? 307 : 204)
                        .end();
                return;
            }
            context.response()
                    .setStatusCode(code.httpStatus())
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .end(body(code, message));
        }

        private static String body(ErrorCode code, String message) {
            try {
                return Json.mapper().writeValueAsString(Errors.body(code, message, Map.of()));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("strings always can be written as JSON", e);
            }
        }
    }
}
