package io.undermoon.proxy.migration.record;

import org.jspecify.annotations.Nullable;

/**
 * What a Redis node has on record about slots that move to or from it: who has them. It lies in the node itself, so it is
 * replicated with the data and survives whatever happens to proxies.
 *
 * <pre>
 * &lt;nonce&gt; copying|owned|given|aborted
 * </pre>
 *
 * @param nonce of the attempt that wrote it
 */
public record Deed(Nonce nonce, Status status) {
    public enum Status {
        /** On both sides: the source has the slots, the destination is getting a copy. */
        COPYING,
        /** At the destination: it has the slots. */
        OWNED,
        /** At the source: the destination has the slots; what is left of them here is to be removed. */
        GIVEN,
        /** At the source: the task of this epoch is not to be carried on; the source has the slots. */
        ABORTED;

        private final String word = name().toLowerCase(java.util.Locale.ROOT);
    }

    /**
     * Reads a record as it lies in Redis; null when there is none.
     *
     * @throws IllegalArgumentException it cannot be read
     */
    static @Nullable Deed parse(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        int blank = text.indexOf(' ');
        for (Status status : Status.values()) {
            if (blank > 0 && text.substring(blank + 1).equals(status.word)) {
                return new Deed(Nonce.parse(text.substring(0, blank)), status);
            }
        }
        throw new IllegalArgumentException("record '" + text + "' is not <nonce> copying|owned|given|aborted");
    }

    public Deed with(Status next) {
        return new Deed(nonce, next);
    }

    public boolean is(Status wanted) {
        return status == wanted;
    }

    @Override
    public String toString() {
        return nonce + " " + status.word;
    }
}
