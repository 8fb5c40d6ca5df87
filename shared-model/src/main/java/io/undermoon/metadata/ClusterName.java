package io.undermoon.metadata;

import java.util.regex.Pattern;

/**
 * The name of a cluster: 1 to 31 characters, each of {@code A-Z a-z 0-9 @ - _}.
 *
 * <p>The wire uses an empty name for "no cluster"; here that is the absence of a name.
 */
public record ClusterName(String value) implements Comparable<ClusterName> {
    public static final int MAX_LENGTH = 31;

    private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9@_-]{1," + MAX_LENGTH + "}");

    public ClusterName {
        if (!isLegal(value)) {
            throw new IllegalArgumentException(
                    "cluster name '" + value + "' is not 1 to " + MAX_LENGTH + " characters of A-Z a-z 0-9 @ - _");
        }
    }

    public static boolean isLegal(String value) {
        return LEGAL.matcher(value).matches();
    }

    @Override
    public int compareTo(ClusterName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
