package io.undermoon.proxy.gather;

/** How many bytes of replies that wait for others a loop holds at most. Owned by the loop. */
public final class GatherBudget {
    private final long maxBytes;
    private long used;

    public GatherBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    public long maxBytes() {
        return maxBytes;
    }

    /** How many bytes are held now. */
    public long used() {
        return used;
    }

    /** Accounts for more bytes; false, and nothing is accounted for, when there is no room for them. */
    boolean take(int bytes) {
        if (used + bytes > maxBytes) {
            return false;
        }
        used += bytes;
        return true;
    }

    void giveBack(int bytes) {
        used -= bytes;
    }
}
