package io.undermoon.proxy.client;

/** Names that clients give themselves and their libraries: empty, or visible ASCII characters without a blank. */
public final class ClientName {
    /** The error for a connection's name. */
    public static final String ILLEGAL = "ERR Client names cannot contain spaces, newlines or special characters.";

    private ClientName() {}

    public static boolean isLegal(String name) {
        return name.chars().allMatch(c -> c >= '!' && c <= '~');
    }
}
