package io.undermoon.proxy.control;

/** The pattern of {@code CONFIG GET}: {@code *} for any characters, {@code ?} for one; case does not matter. */
final class OptionPattern {
    private final String pattern;

    OptionPattern(String pattern) {
        this.pattern = pattern;
    }

    /** Whether the whole text matches; in time bounded by the product of the lengths, as only the last star is tried again. */
    boolean matches(String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int starText = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                starText = t;
            } else if (p < pattern.length() && matches(pattern.charAt(p), text.charAt(t))) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++starText;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    private static boolean matches(char wanted, char c) {
        return wanted == '?' || Character.toLowerCase(wanted) == Character.toLowerCase(c);
    }
}
