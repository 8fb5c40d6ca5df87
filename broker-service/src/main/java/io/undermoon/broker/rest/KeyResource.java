package io.undermoon.broker.rest;

import io.undermoon.broker.data.ClusterLogin;
import io.undermoon.broker.data.CommandLine;
import io.undermoon.broker.data.KeyBrowser;
import io.undermoon.broker.data.KeyPage;
import io.undermoon.broker.data.KeyValue;
import io.undermoon.broker.data.Members;
import io.undermoon.broker.observe.ProxyObserver;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of a cluster, for a user of the cluster whose name and password come with each request. They are in
 * the body, so that no log has them, and are not kept.
 */
@Path("/api/v3/clusters/keys")
@Tag(name = "data")
@Consumes(MediaType.APPLICATION_JSON)
public final class KeyResource {
    static final int MAX_PAGE = 1000;
    static final long MAX_TTL_MS = 100L * 365 * 86_400_000;
    private static final int PAGE = 100;

    private final MetadataWriter metadata;
    private final ProxyObserver observer;
    private final KeyBrowser browser;
    private final CommandLine commands;
    private final DataRecord record;

    KeyResource(
            MetadataWriter metadata,
            ProxyObserver observer,
            KeyBrowser browser,
            CommandLine commands,
            DataRecord record) {
        this.metadata = metadata;
        this.observer = observer;
        this.browser = browser;
        this.commands = commands;
        this.record = record;
    }

    /**
     * Which keys are to be listed.
     *
     * @param user of the cluster; absent for clients that do not log in, and with a password for the default one
     * @param password of that user
     * @param pattern as of SCAN; all keys without it
     * @param type of the keys; any without it
     * @param cursor of the page before; absent for the first page
     * @param count about how many keys are wanted
     */
    public record ScanRequest(
            @Schema(examples = "app") @Nullable String user,

            @Schema(examples = "secret") @Nullable String password,

            @Schema(examples = "order:*") @Nullable String pattern,

            @Schema(examples = "hash") @Nullable String type,

            @Schema(examples = "all/0", pattern = "^[^/]{1,250}/[0-9]{1,20}$") @Nullable
            String cursor,

            @Schema(examples = "100", minimum = "1", maximum = "1000") @Nullable
            Integer count) {
        @Override
        public String toString() {
            return "ScanRequest";
        }
    }

    /**
     * A key.
     *
     * @param key with \\xHH for bytes that are no text, and \\\\ for a backslash
     */
    public record KeyRequest(
            @Schema(examples = "app") @Nullable String user,

            @Schema(examples = "secret") @Nullable String password,

            @Schema(required = true, examples = "order:7") @Nullable
            String key) {
        @Override
        public String toString() {
            return "KeyRequest";
        }
    }

    /**
     * When a key is to expire.
     *
     * @param ttlMs from now on; absent for never
     */
    public record ExpireRequest(
            @Schema(examples = "app") @Nullable String user,

            @Schema(examples = "secret") @Nullable String password,

            @Schema(required = true, examples = "order:7") @Nullable
            String key,

            @Schema(examples = "60000", minimum = "1", maximum = "3153600000000") @Nullable
            Long ttlMs) {
        @Override
        public String toString() {
            return "ExpireRequest";
        }
    }

    /**
     * A command.
     *
     * @param line as typed for redis-cli
     */
    public record CommandRequest(
            @Schema(examples = "app") @Nullable String user,

            @Schema(examples = "secret") @Nullable String password,

            @Schema(required = true, examples = "HGETALL order:7") @Nullable
            String line) {
        @Override
        public String toString() {
            return "CommandRequest";
        }
    }

    /** @param changed false if there was nothing to change */
    public record KeyChanged(boolean changed) {}

    @POST
    @Path("/scan/{name}")
    @Operation(summary = "Some of the keys of a cluster, with their types and when they expire")
    public KeyPage scan(@PathParam("name") String name, @Nullable ScanRequest body) {
        Members members = members(name);
        ScanRequest request = Input.body(body);
        int count = request.count() == null ? PAGE : request.count();
        if (count < 1 || count > MAX_PAGE) {
            throw new UndermoonException(
                    ErrorCode.INVALID_REQUEST, "count " + count + " is not within 1 and " + MAX_PAGE);
        }
        ClusterLogin login = new ClusterLogin(request.user(), request.password());
        record.atTimes(as(login, "SCAN"));
        return browser.scan(
                members,
                login,
                request.pattern() == null ? "" : request.pattern(),
                request.type() == null || request.type().isEmpty() ? null : request.type(),
                request.cursor(),
                count);
    }

    @POST
    @Path("/look/{name}")
    @Operation(summary = "A key: its type, when it expires, its memory, and the beginning of its value")
    public KeyValue look(@PathParam("name") String name, @Nullable KeyRequest body) {
        Members members = members(name);
        KeyRequest request = Input.body(body);
        String key = Input.member("key", request.key());
        ClusterLogin login = new ClusterLogin(request.user(), request.password());
        record.atTimes(as(login, "read"));
        return browser.look(members, login, key);
    }

    @POST
    @Path("/delete/{name}")
    @Operation(summary = "Deletes a key")
    public KeyChanged delete(@PathParam("name") String name, @Nullable KeyRequest body) {
        Members members = members(name);
        KeyRequest request = Input.body(body);
        String key = Input.member("key", request.key());
        ClusterLogin login = new ClusterLogin(request.user(), request.password());
        record.each(as(login, "UNLINK"));
        return new KeyChanged(browser.delete(members, login, key));
    }

    @POST
    @Path("/expire/{name}")
    @Operation(summary = "Sets when a key expires, or that it never does")
    public KeyChanged expire(@PathParam("name") String name, @Nullable ExpireRequest body) {
        Members members = members(name);
        ExpireRequest request = Input.body(body);
        String key = Input.member("key", request.key());
        Long ttl = request.ttlMs();
        if (ttl != null && (ttl < 1 || ttl > MAX_TTL_MS)) {
            throw new UndermoonException(
                    ErrorCode.INVALID_REQUEST, "ttl_ms " + ttl + " is not within 1 and " + MAX_TTL_MS);
        }
        ClusterLogin login = new ClusterLogin(request.user(), request.password());
        record.each(as(login, ttl == null ? "PERSIST" : "PEXPIRE"));
        return new KeyChanged(browser.expire(members, login, key, ttl));
    }

    @POST
    @Path("/command/{name}")
    @Operation(summary = "Carries out one command that has one reply, and shows the reply as redis-cli does")
    public CommandLine.Reply command(@PathParam("name") String name, @Nullable CommandRequest body) {
        Members members = members(name);
        CommandRequest request = Input.body(body);
        CommandLine.Typed command = CommandLine.read(Input.member("line", request.line()));
        ClusterLogin login = new ClusterLogin(request.user(), request.password());
        record.each(as(login, command.name()));
        return commands.run(members, login, command);
    }

    private Members members(String name) {
        return ClusterMembers.of(Input.existingCluster(metadata.view(), name), observer);
    }

    private static String as(ClusterLogin login, String command) {
        return command + " as " + login.name();
    }
}
