package io.undermoon.dev.imports;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Which keys are imported: those that match one of the patterns, if there are any, and none of the excluded ones. */
public final class KeyFilter {
    private final List<Glob> included;
    private final List<Glob> excluded;
    private final String text;

    /** Patterns as {@code KEYS} takes them. */
    public KeyFilter(List<String> included, List<String> excluded) {
        this.included = included.stream().map(Glob::new).toList();
        this.excluded = excluded.stream().map(Glob::new).toList();
        this.text = "keys=" + included + " without=" + excluded;
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
