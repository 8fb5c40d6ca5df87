package io.undermoon.proxy.control;

/** Names that clients give themselves and their libraries: empty, or visible ASCII characters without a blank. */
final class ClientName {
    /** The error for a connection's name. */
    static final String ILLEGAL = "ERR Client names cannot contain spaces, newlines or special characters.";

    private ClientName() {}

    static boolean isLegal(String name) {
        return name.chars().allMatch(c -> c >= '!' && c <= '~');
    }
}
