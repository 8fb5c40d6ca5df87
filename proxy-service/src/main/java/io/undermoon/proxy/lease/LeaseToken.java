package io.undermoon.proxy.lease;

import java.util.Optional;

/**
 * What a coordinator sends back to renew a lease: the moment from which it counts, and the process whose clocks that
 * are. Opaque to everybody else.
 *
 * @param process a number of this process
 */
public record LeaseToken(long process, Moment issued) {
    @Override
    public String toString() {
        return process + ":" + issued.nanos() + ":" + issued.wallMillis();
    }

    /** The token in a text; empty if it is none. */
    public static Optional<LeaseToken> parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length != 3) {
            return Optional.empty();
        }
        try {
            return Optional.of(new LeaseToken(
                    Long.parseLong(parts[0]), new Moment(Long.parseLong(parts[1]), Long.parseLong(parts[2]))));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
