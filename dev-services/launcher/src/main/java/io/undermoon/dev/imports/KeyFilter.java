package io.undermoon.dev.imports;

import io.undermoon.glob.GlobPattern;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Which keys are imported: those that match one of the patterns, if there are any, and none of the excluded ones. */
public final class KeyFilter {
    private final List<GlobPattern> included;
    private final List<GlobPattern> excluded;
    private final String text;

    /** Patterns as {@code KEYS} takes them. */
    public KeyFilter(List<String> included, List<String> excluded) {
        this.included = patterns(included);
        this.excluded = patterns(excluded);
        this.text = "keys=" + included + " without=" + excluded;
    }

    /** They are compared byte by byte, each byte as one character. */
    private static List<GlobPattern> patterns(List<String> texts) {
        return texts.stream()
                .map(text -> new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1))
                .map(GlobPattern::ofCase)
                .toList();
    }

    /** All keys. */
    public static KeyFilter all() {
        return new KeyFilter(List.of(), List.of());
    }

    public boolean accepts(byte[] key) {
        if (included.isEmpty() && excluded.isEmpty()) {
            return true;
        }
        String name = new String(key, StandardCharsets.ISO_8859_1);
        return (included.isEmpty() || included.stream().anyMatch(glob -> glob.matches(name)))
                && excluded.stream().noneMatch(glob -> glob.matches(name));
    }

    /** Two filters of the same text accept the same keys. */
    @Override
    public String toString() {
        return text;
    }
}
