package io.undermoon.broker.storage.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataJson;
import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.storage.RemoteCallException;
import io.undermoon.broker.storage.StorageException;
import io.undermoon.broker.storage.StorageException.Kind;
import io.undermoon.client.BoundedHttp;
import io.undermoon.client.HttpReply;
import io.undermoon.fault.UndermoonException;
import io.undermoon.json.Json;
import io.undermoon.metadata.HostPort;
import io.undermoon.tls.TlsContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The original's external HTTP storage, which several brokers may share: {@code GET} and {@code PUT} of <code>
 * {"store":…,"version":…}</code>, a dump and its opaque version, at {@code /api/v1/store/<name>}, with Basic
 * authentication. A {@code PUT} replaces the store if the version is that of the present one, else it is answered with
 * 409. The storage does not tell of changes.
 */
public final class HttpStorage implements MetadataStorage {
    private static final Logger LOG = Logger.getLogger(HttpStorage.class);
    private static final int CONFLICT = 409;
    private static final int SERVER_ERROR = 500;

    /** The version of a value that was stored and could not be read back. */
    private static final String NOT_READ_BACK = "stored, not read back";

    private final Options options;
    private final String path;
    private final String authorization;
    private final Metadata initial;
    private final BoundedHttp http;

    /**
     * How the storage is reached.
     *
     * @param name of the store, and of the user
     * @param timeout for one call
     */
    public record Options(HostPort address, String name, String password, Duration timeout) {
        /** Without the password. */
        @Override
        public String toString() {
            return "the http storage " + address + " " + name;
        }
    }

    /**
     * @param initial given to a storage that has nothing yet
     * @param tls absent for plain HTTP
     */
    public HttpStorage(Options options, Metadata initial, @Nullable TlsContext tls) {
        this.options = options;
        this.path = "/api/v1/store/" + options.name();
        this.initial = initial;
        String credentials = options.name() + ":" + options.password();
        this.authorization =
                "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
        this.http = new BoundedHttp(options.timeout(), true, tls);
    }

    @Override
    public synchronized Versioned load() {
        try {
            HttpReply reply = get();
            if (!reply.isSuccess() || !hasStore(reply)) {
                HttpReply initialized = put(initial, NullNode.getInstance());
                reply = get();
                if (!reply.isSuccess() || !hasStore(reply)) {
                    throw new IOException(status(reply) + ", and when it was initialized: " + status(initialized));
                }
            }
            return read(tree(reply));
        } catch (IOException e) {
            throw new StorageException(Kind.UNREACHABLE, options + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized WriteResult compareAndSet(String expectedVersion, Metadata next) {
        if (expectedVersion.equals(NOT_READ_BACK)) {
            return new WriteResult.Conflict();
        }
        JsonNode version = version(expectedVersion);
        if (version.isNull()) {
            throw new StorageException(
                    Kind.UNVERSIONED,
                    options + " gives no version with its value, so it cannot be written without the risk that a change"
                            + " is lost",
                    new IOException("no version"));
        }
        try {
            HttpReply reply = put(next, version);
            if (reply.status() == CONFLICT) {
                return new WriteResult.Conflict();
            }
            if (reply.isSuccess()) {
                return new WriteResult.Stored(versionOf(next));
            }
            if (reply.status() < SERVER_ERROR) {
                throw new StorageException(
                        Kind.REFUSED, options + " refuses a write: " + status(reply), new IOException(status(reply)));
            }
            return again(next, version, new IOException(status(reply)));
        } catch (IOException e) {
            if (RemoteCallException.wasNeverSent(e)) {
                throw new StorageException(Kind.UNREACHABLE, options + " cannot be written: " + e.getMessage(), e);
            }
            return again(next, version, e);
        }
    }

    /** The storage has no notifications, so the listener is never called. */
    @Override
    public void watch(Runnable listener) {}

    @Override
    public void close() {}

    /** Finds out what became of a write whose reply was lost: it took effect, or can still be made. */
    private WriteResult again(Metadata next, JsonNode version, IOException lost) {
        try {
            HttpReply reply = put(next, version);
            if (reply.isSuccess()) {
                return new WriteResult.Stored(versionOf(next));
            }
            if (reply.status() == CONFLICT) {
                Versioned present = load();
                if (present.state().equals(next)) {
                    return new WriteResult.Stored(present.version());
                }
            }
        } catch (IOException | StorageException e) {
            lost.addSuppressed(e);
        }
        throw new StorageException(Kind.UNKNOWN, options + " has not answered a write: " + lost.getMessage(), lost);
    }

    /** The reply to a write does not have the new version. */
    private String versionOf(Metadata stored) {
        try {
            Versioned present = load();
            return present.state().equals(stored) ? present.version() : NOT_READ_BACK;
        } catch (StorageException e) {
            LOG.debugf(e, "Version not read after a write: epoch=%s", stored.globalEpoch());
            return NOT_READ_BACK;
        }
    }

    private HttpReply get() throws IOException {
        return http.send(options.address(), "GET", path, new byte[0], authorization, options.timeout());
    }

    private HttpReply put(Metadata state, JsonNode version) throws IOException {
        ObjectNode body = Json.mapper().createObjectNode();
        body.set("store", Json.mapper().valueToTree(state));
        body.set("version", version);
        byte[] bytes = Json.mapper().writeValueAsBytes(body);
        return http.send(options.address(), "PUT", path, bytes, authorization, options.timeout());
    }

    /** The operator's storage has an empty object until it is initialized. */
    private static boolean hasStore(HttpReply reply) throws IOException {
        return !tree(reply).path("store").path("version").asText().isEmpty();
    }

    private Versioned read(JsonNode reply) throws IOException {
        try {
            Metadata state = MetadataJson.read(Json.mapper().writeValueAsBytes(reply.path("store")));
            return new Versioned(state, reply.path("version").toString());
        } catch (UndermoonException e) {
            throw new StorageException(
                    "what is in " + options + " is not usable: " + e.getMessage() + ". It was left untouched", e);
        }
    }

    /** Versions are kept as the JSON that they are, a string or, in some storages, a number. */
    private static JsonNode version(String version) {
        try {
            return Json.mapper().readTree(version);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("'" + version + "' is no version of this storage", e);
        }
    }

    private static JsonNode tree(HttpReply reply) throws IOException {
        return Json.mapper().readTree(reply.body());
    }

    private static String status(HttpReply reply) {
        return "status " + reply.status() + " " + reply.text().strip();
    }

    @Override
    public String toString() {
        return options.toString();
    }
}
