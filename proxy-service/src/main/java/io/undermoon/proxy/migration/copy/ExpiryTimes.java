package io.undermoon.proxy.migration.copy;

/**
 * How the expiry time of a key at the source becomes that at the destination: what is left of its life stays the same,
 * also where the clocks of the two nodes differ.
 *
 * @param areAbsolute whether the source tells the time ({@code PEXPIRETIME}), or what is left of it ({@code PTTL})
 * @param shiftMillis from the clock of the source, or if it tells what is left that of this proxy, to the destination's
 */
record ExpiryTimes(boolean areAbsolute, long shiftMillis) {
    /** The time at the destination in milliseconds since 1970, or 0 for never. */
    long atDestination(long told) {
        if (told < 0) {
            return 0;
        }
        long now = areAbsolute ? 0 : System.currentTimeMillis();
        return Math.max(1, now + told + shiftMillis);
    }
}
