package io.undermoon.dev.imports;

import java.nio.charset.StandardCharsets;

/** A pattern of Redis for keys: {@code * ? [a-c] [^a] \}. Keys and pattern are compared byte by byte. */
final class Glob {
    private final String pattern;

    Glob(String pattern) {
        this.pattern = new String(pattern.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** @param text bytes as characters; only the last {@code *} is retried */
    boolean matches(String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int starText = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                starText = t;
            } else if (p < pattern.length() && one(p, text.charAt(t))) {
                p = after(p);
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

    private boolean one(int place, char c) {
        return switch (pattern.charAt(place)) {
            case '?' -> true;
            case '[' -> inClass(place, c);
            case '\\' -> pattern.charAt(Math.min(place + 1, pattern.length() - 1)) == c;
            default -> pattern.charAt(place) == c;
        };
    }

    private int after(int place) {
        return switch (pattern.charAt(place)) {
            case '[' -> Math.min(endOfClass(place) + 1, pattern.length());
            case '\\' -> Math.min(place + 2, pattern.length());
            default -> place + 1;
        };
    }

    private boolean inClass(int open, char c) {
        int i = open + 1;
        boolean negated = i < pattern.length() && pattern.charAt(i) == '^';
        if (negated) {
            i++;
        }
        int end = endOfClass(open);
        boolean found = false;
        while (i < end) {
            if (pattern.charAt(i) == '\\' && i + 1 < end) {
                found |= pattern.charAt(i + 1) == c;
                i += 2;
            } else if (i + 2 < end && pattern.charAt(i + 1) == '-') {
                char a = pattern.charAt(i);
                char b = pattern.charAt(i + 2);
                found |= Math.min(a, b) <= c && c <= Math.max(a, b);
                i += 3;
            } else {
                found |= pattern.charAt(i++) == c;
            }
        }
        return found != negated;
    }

    private int endOfClass(int open) {
        int i = open + 1;
        while (i < pattern.length() && pattern.charAt(i) != ']') {
            i += pattern.charAt(i) == '\\' ? 2 : 1;
        }
        return Math.min(i, pattern.length());
    }
}
