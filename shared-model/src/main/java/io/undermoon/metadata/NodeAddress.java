package io.undermoon.metadata;

/**
 * The address of one Redis process, and its identity in the metadata: {@code host:port}, compared as text.
 *
 * @param value the text as it was given
 */
public record NodeAddress(String value) implements Comparable<NodeAddress> {
    public NodeAddress {
        HostPort.parse(value);
    }

    @Override
    public int compareTo(NodeAddress other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
