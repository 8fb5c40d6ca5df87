package io.undermoon.glob;

/** A glob pattern of Redis ({@code * ? [a-c] [^a] \}), sensitive to the case of ASCII letters or not. */
public final class GlobPattern {
    private final String pattern;
    private final boolean ignoresCase;

    private GlobPattern(String pattern, boolean ignoresCase) {
        this.pattern = pattern;
        this.ignoresCase = ignoresCase;
    }

    /** A case-sensitive pattern, for keys and channels. */
    public static GlobPattern ofCase(String pattern) {
        return new GlobPattern(pattern, false);
    }

    /** A pattern that ignores case, for names of commands and options. */
    public static GlobPattern ignoringCase(String pattern) {
        return new GlobPattern(pattern, true);
    }

    /**
     * Whether the whole text matches. The time is at most proportional to the product of the lengths, since only the
     * last {@code *} is retried.
     */
    public boolean matches(CharSequence text) {
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

    /** Whether the element of the pattern at an index, which is not {@code *}, matches a character. */
    private boolean one(int place, char c) {
        return switch (pattern.charAt(place)) {
            case '?' -> true;
            case '[' -> inClass(place, c);
            case '\\' -> equal(pattern.charAt(Math.min(place + 1, pattern.length() - 1)), c);
            default -> equal(pattern.charAt(place), c);
        };
    }

    /** The index of the element after the one at an index. */
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
                found |= equal(pattern.charAt(i + 1), c);
                i += 2;
            } else if (i + 2 < end && pattern.charAt(i + 1) == '-') {
                found |= between(pattern.charAt(i), pattern.charAt(i + 2), c);
                i += 3;
            } else {
                found |= equal(pattern.charAt(i++), c);
            }
        }
        return found != negated;
    }

    /** The index of the bracket that ends a class, or the end of the pattern. */
    private int endOfClass(int open) {
        int i = open + 1;
        while (i < pattern.length() && pattern.charAt(i) != ']') {
            i += pattern.charAt(i) == '\\' ? 2 : 1;
        }
        return Math.min(i, pattern.length());
    }

    private boolean between(char oneEnd, char otherEnd, char c) {
        char low = lower(oneEnd);
        char high = lower(otherEnd);
        return low <= high ? low <= lower(c) && lower(c) <= high : high <= lower(c) && lower(c) <= low;
    }

    private boolean equal(char a, char b) {
        return lower(a) == lower(b);
    }

    private char lower(char c) {
        return ignoresCase && c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
    }
}
