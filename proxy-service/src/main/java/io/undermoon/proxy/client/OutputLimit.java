package io.undermoon.proxy.client;

/**
 * How many bytes may wait for a client that does not take them: never more than the hard limit, and more than the soft limit
 * only for so long. 0 stands for no limit.
 */
public record OutputLimit(long hardBytes, long softBytes, long softSeconds) {
    public OutputLimit {
        if (hardBytes < 0 || softBytes < 0 || softSeconds < 0) {
            throw new IllegalArgumentException("a limit of " + hardBytes + " " + softBytes + " " + softSeconds);
        }
    }

    /** Whether there is a limit at all. */
    public boolean isSet() {
        return hardBytes > 0 || softBytes > 0;
    }

    @Override
    public String toString() {
        return hardBytes + " " + softBytes + " " + softSeconds;
    }
}
