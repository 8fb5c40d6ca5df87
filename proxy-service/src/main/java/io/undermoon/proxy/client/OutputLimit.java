package io.undermoon.proxy.client;

/**
 * A limit of unread reply bytes: the hard limit must never be exceeded, the soft limit only for a limited time. 0 means
 * no limit.
 */
public record OutputLimit(long hardBytes, long softBytes, long softSeconds) {
    public OutputLimit {
        if (hardBytes < 0 || softBytes < 0 || softSeconds < 0) {
            throw new IllegalArgumentException("a limit of " + hardBytes + " " + softBytes + " " + softSeconds);
        }
    }

    public boolean isSet() {
        return hardBytes > 0 || softBytes > 0;
    }

    @Override
    public String toString() {
        return hardBytes + " " + softBytes + " " + softSeconds;
    }
}
