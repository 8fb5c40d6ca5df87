package io.undermoon.dev.imports.wire;

import io.undermoon.dev.plan.UsageException;
import io.undermoon.metadata.HostPort;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where an installation is: {@code redis://[user[:password]@]host:port[,host:port]…}, the same with {@code rediss}
 * for TLS, or {@code sentinel://host:port[,host:port]…/master} with user and password of the master.
 *
 * @param tls whether connections use TLS
 * @param user null for the user {@code default}
 * @param password null for none
 * @param servers at least one, asked in this order
 * @param sentinelMaster the name of the master that sentinels are asked for; null where the servers are no sentinels
 */
public record ServerUri(
        boolean tls,
        @Nullable String user,
        @Nullable String password,
        List<HostPort> servers,
        @Nullable String sentinelMaster) {
    private static final String EXPECTED =
            " is not redis://[user[:password]@]host:port[,host:port], rediss://… or sentinel://host:port/master";

    public ServerUri {
        servers = List.copyOf(servers);
    }

    /** @param option named in the error if the text is no such address */
    public static ServerUri parse(String option, String text) {
        int scheme = text.indexOf("://");
        if (scheme < 0) {
            return parse(option, "redis://" + text);
        }
        String name = text.substring(0, scheme);
        String rest = text.substring(scheme + 3);
        if (!List.of("redis", "rediss", "sentinel").contains(name)) {
            throw new UsageException(option + ": " + name + "://…" + EXPECTED);
        }
        int at = rest.lastIndexOf('@');
        String login = at < 0 ? "" : rest.substring(0, at);
        String hosts = rest.substring(at + 1);
        int slash = hosts.indexOf('/');
        String path = slash < 0 ? "" : hosts.substring(slash + 1);
        boolean sentinel = name.equals("sentinel");
        if (sentinel == path.isEmpty()) {
            throw new UsageException(option + ": " + name + "://" + hosts + EXPECTED);
        }
        int colon = login.indexOf(':');
        String user = colon < 0 ? login : login.substring(0, colon);
        return new ServerUri(
                name.equals("rediss"),
                user.isEmpty() ? null : decoded(user),
                colon < 0 ? null : decoded(login.substring(colon + 1)),
                addresses(option, slash < 0 ? hosts : hosts.substring(0, slash)),
                sentinel ? path : null);
    }

    private static String decoded(String text) {
        // A plus is itself in the part of a URI that has the login.
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static List<HostPort> addresses(String option, String text) {
        List<HostPort> addresses = new ArrayList<>();
        for (String address : text.split(",", -1)) {
            try {
                addresses.add(HostPort.parse(address));
            } catch (IllegalArgumentException e) {
                throw new UsageException(option + ": " + e.getMessage(), e);
            }
        }
        return addresses;
    }

    /** The same with another password, if one is given. */
    public ServerUri withPassword(@Nullable String other) {
        return other == null ? this : new ServerUri(tls, user, other, servers, sentinelMaster);
    }

    /** Without the login. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(sentinelMaster != null ? "sentinel://" : tls ? "rediss://" : "redis://");
        text.append(String.join(",", servers.stream().map(HostPort::toString).toList()));
        return sentinelMaster == null
                ? text.toString()
                : text.append('/').append(sentinelMaster).toString();
    }
}
