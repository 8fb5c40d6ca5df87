package io.undermoon.broker.rest;

import java.net.URI;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells requests of a web page of another origin apart. A browser sends such a page's {@code POST} without asking
 * anybody, and a name of the page's owner that resolves to this machine makes it send any request; but it always says
 * in {@code Origin} where the page is from, and in {@code Host} by which name it found this machine.
 */
final class Origins {
    /** As it is in {@code Host}; such a host cannot be made to resolve to this machine. */
    private static final Pattern IP_ADDRESS = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+|\\[[0-9a-fA-F:.%]+]");

    private final Set<String> hosts = new HashSet<>();

    /** @param hosts further names of this machine, beside loopback names and IP addresses */
    Origins(Collection<String> hosts) {
        hosts.forEach(host -> this.hosts.add(host.toLowerCase(Locale.ROOT)));
    }

    /** Whether the name in {@code Host} is one of this machine. */
    boolean isOurs(@Nullable String hostHeader) {
        if (hostHeader == null) {
            return false;
        }
        String host = hostOf(hostHeader.toLowerCase(Locale.ROOT));
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || IP_ADDRESS.matcher(host).matches()
                || hosts.contains(host);
    }

    /** Whether a page of this origin, absent outside browsers, is from this machine. */
    boolean isSameOrigin(@Nullable String origin, @Nullable String hostHeader) {
        if (origin == null) {
            return true;
        }
        try {
            String authority = URI.create(origin).getAuthority();
            return authority != null
                    && (authority.equalsIgnoreCase(hostHeader)
                            || hosts.contains(hostOf(authority.toLowerCase(Locale.ROOT))));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Without the port, an IPv6 address in brackets. */
    private static String hostOf(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon < 0 || authority.endsWith("]") ? authority : authority.substring(0, colon);
    }
}
