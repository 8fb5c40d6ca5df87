package io.undermoon.umctl;

/**
 * The flags argument of a metadata message: words separated by commas, in any case. Unknown words are ignored,
 * because scripts of the original rely on it.
 *
 * @param force whether the message applies at the epoch that the proxy has already; a lower one is refused even so
 * @param compress the metadata follows as one compressed argument
 */
public record Flags(boolean force, boolean compress) {
    public static final Flags NONE = new Flags(false, false);
    public static final Flags FORCE = new Flags(true, false);

    private static final String FORCE_WORD = "FORCE";
    private static final String COMPRESS_WORD = "COMPRESS";
    private static final String LEASE_WORD = "LEASE";
    private static final String NO_FLAG = "NOFLAG";

    /** The flags of {@code SETMETA}, which say that leases count. */
    static String withLeases(String printed) {
        return printed.equals(NO_FLAG) ? LEASE_WORD : printed + "," + LEASE_WORD;
    }

    /** Whether the flags of {@code SETMETA} say that leases count. */
    static boolean saysLeases(String text) {
        for (String word : text.split(",", -1)) {
            if (word.equalsIgnoreCase(LEASE_WORD)) {
                return true;
            }
        }
        return false;
    }

    String print() {
        if (force && compress) {
            return FORCE_WORD + "," + COMPRESS_WORD;
        }
        return force ? FORCE_WORD : compress ? COMPRESS_WORD : NO_FLAG;
    }

    static Flags parse(String text) {
        boolean force = false;
        boolean compress = false;
        for (String word : text.split(",", -1)) {
            force |= word.equalsIgnoreCase(FORCE_WORD);
            compress |= word.equalsIgnoreCase(COMPRESS_WORD);
        }
        return new Flags(force, compress);
    }
}
