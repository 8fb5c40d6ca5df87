package io.undermoon.metadata;

/**
 * The address at which clients and peers reach a proxy, and its identity in the metadata: {@code host:port}, compared
 * as text.
 *
 * @param value the text as it was given
 */
public record ProxyAddress(String value) implements Comparable<ProxyAddress> {
    public ProxyAddress {
        HostPort.parse(value);
    }

    public String host() {
        return HostPort.parse(value).host();
    }

    public int port() {
        return HostPort.parse(value).port();
    }

    @Override
    public int compareTo(ProxyAddress other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
