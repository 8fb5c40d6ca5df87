package io.undermoon.proxy.gather;

/** Limits how many bytes of replies a loop keeps while they wait to be merged. Owned by the loop. */
public final class GatherBudget {
    private final long maxBytes;
    private long used;

    public GatherBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    public long maxBytes() {
        return maxBytes;
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
