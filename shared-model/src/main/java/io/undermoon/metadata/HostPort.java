package io.undermoon.metadata;

/**
 * The two parts of an address text {@code host:port}. The host is a name, an IPv4 literal, or an IPv6 literal in
 * brackets.
 *
 * @param host without brackets
 * @param port {@code 1..65535}
 */
public record HostPort(String host, int port) {
    private static final int MAX_LENGTH = 260;

    public HostPort {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("the host of an address is empty");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not within 1-65535");
        }
    }

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException if the text is not {@code host:port}, with the text in the message
     */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        if (text.length() > MAX_LENGTH || colon <= 0 || !hasOnlyVisibleCharacters(text)) {
            throw invalid(text);
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw invalid(text);
        }
        String port = text.substring(colon + 1);
        boolean decimal = !port.isEmpty() && port.length() <= 5 && port.chars().allMatch(c -> c >= '0' && c <= '9');
        int number = decimal ? Integer.parseInt(port) : 0;
        if (host.isEmpty() || number < 1 || number > 65535) {
            throw invalid(text);
        }
        return new HostPort(host, number);
    }

    private static boolean hasOnlyVisibleCharacters(String text) {
        return text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '/');
    }

    private static IllegalArgumentException invalid(String text) {
        return new IllegalArgumentException("address '" + text + "' is not host:port with a port within 1-65535");
    }

    /** {@code host:port}, an IPv6 host in brackets. */
    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
