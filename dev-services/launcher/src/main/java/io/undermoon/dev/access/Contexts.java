package io.undermoon.dev.access;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The content of a contexts file.
 *
 * @param current the name of the context that is used when none is named; absent if there is none
 */
public record Contexts(@Nullable String current, Map<String, Context> all) {
    public static final Contexts NONE = new Contexts(null, Map.of());

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9@._-]{0,62}");

    public Contexts {
        all = Collections.unmodifiableMap(new TreeMap<>(all));
        for (String name : all.keySet()) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("'" + name + "' cannot be the name of a context: expected 1 to 63"
                        + " characters of A-Z a-z 0-9 @ . _ -, the first a letter or digit");
            }
        }
        if (current != null && !all.containsKey(current)) {
            throw new IllegalArgumentException("the current context '" + current + "' is not in the list");
        }
    }

    /** @throws IllegalArgumentException there is none of this name */
    public Context get(String name) {
        Context context = all.get(name);
        if (context == null) {
            throw new IllegalArgumentException("there is no context '" + name + "'"
                    + (all.isEmpty()
                            ? "; make one with 'undermoon context set'"
                            : "; there are " + String.join(", ", all.keySet())));
        }
        return context;
    }

    /** With a context that is new, or instead of one of this name. */
    public Contexts with(String name, Context context) {
        Map<String, Context> next = new TreeMap<>(all);
        next.put(name, context);
        return new Contexts(current, next);
    }

    /** Without a context; if it is the current one there is none afterwards. */
    public Contexts without(String name) {
        get(name);
        Map<String, Context> next = new TreeMap<>(all);
        next.remove(name);
        return new Contexts(name.equals(current) ? null : current, next);
    }

    public Contexts use(String name) {
        get(name);
        return new Contexts(name, all);
    }
}
