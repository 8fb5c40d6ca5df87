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

    String print() {
        if (force && compress) {
            return FORCE_WORD + "," + COMPRESS_WORD;
        }
        return force ? FORCE_WORD : compress ? COMPRESS_WORD : "NOFLAG";
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
