package io.undermoon.proxy.client;

import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.ProxyAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Under which addresses clients from outside reach proxies, whose addresses in the metadata mean nothing to them.
 * Thread-safe: all of them are replaced at once.
 *
 * <p>As text a line for each, {@code <address in the metadata> <address outside>}; what follows {@code #} is a comment:
 *
 * <pre>
 * 10.0.0.1:5299  203.0.113.7:5299
 * 10.0.0.1:15299 203.0.113.7:15299   # where its replicas are read from
 * </pre>
 */
public final class OutsideAddresses {
    private volatile Map<ProxyAddress, HostPort> byInside = Map.of();

    /** That of a proxy; null if it has none. */
    public @Nullable HostPort of(ProxyAddress inside) {
        return byInside.get(inside);
    }

    /** The number of addresses. */
    public int size() {
        return byInside.size();
    }

    /**
     * Takes other addresses.
     *
     * @throws IllegalArgumentException a line is none of these, and the addresses stay as they were; the message has
     *     its number and what is wrong
     */
    public void replace(String text) {
        Map<ProxyAddress, HostPort> read = new HashMap<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            int comment = line.indexOf('#');
            String content = (comment < 0 ? line : line.substring(0, comment)).strip();
            if (!content.isEmpty()) {
                read(number, content, read);
            }
        }
        byInside = Map.copyOf(read);
    }

    private static void read(int number, String content, Map<ProxyAddress, HostPort> read) {
        String[] words = content.split("\\s+", -1);
        if (words.length != 2) {
            throw new IllegalArgumentException(
                    "line " + number + " '" + content + "' is not <address of a proxy> <address outside>");
        }
        try {
            if (read.put(new ProxyAddress(words[0]), HostPort.parse(words[1])) != null) {
                throw new IllegalArgumentException(words[0] + " has an address already");
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
        }
    }
}
