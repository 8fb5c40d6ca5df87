package io.undermoon.proxy.node;

/**
 * How many keys a database has.
 *
 * @param keys all of them
 * @param expires those that expire
 * @param averageTtlMillis what those have left on average, as Redis estimates it
 */
public record KeyspaceFigures(long keys, long expires, long averageTtlMillis) {
    public static final KeyspaceFigures NONE = new KeyspaceFigures(0, 0, 0);

    /** The figures of two databases together. */
    public KeyspaceFigures plus(KeyspaceFigures other) {
        long all = expires + other.expires;
        double left = (double) averageTtlMillis * expires + (double) other.averageTtlMillis * other.expires;
        return new KeyspaceFigures(keys + other.keys, all, all == 0 ? 0 : (long) (left / all));
    }
}
