package io.undermoon.dev.controlplane;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The fields of a reply to {@code INFO}. */
public final class InfoFields {
    public static final InfoFields NONE = new InfoFields(Map.of());

    private final Map<String, String> fields;

    private InfoFields(Map<String, String> fields) {
        this.fields = Map.copyOf(fields);
    }

    /** Lines that are no fields are skipped. */
    public static InfoFields parse(String text) {
        Map<String, String> fields = new HashMap<>();
        text.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0 && line.charAt(0) != '#') {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        return new InfoFields(fields);
    }

    public boolean isEmpty() {
        return fields.isEmpty();
    }

    public Optional<String> text(String name) {
        return Optional.ofNullable(fields.get(name)).filter(value -> !value.isEmpty());
    }

    /** Empty if there is no such field, or it is no whole number. */
    public OptionalLong number(String name) {
        try {
            return OptionalLong.of(Long.parseLong(fields.getOrDefault(name, "")));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** 0 if there is no such number. */
    public long numberOrZero(String name) {
        return number(name).orElse(0);
    }

    /** The number of keys in database 0. */
    public long keys() {
        for (String part : fields.getOrDefault("db0", "").split(",", -1)) {
            if (part.startsWith("keys=")) {
                return Long.parseLong(part.substring("keys=".length()));
            }
        }
        return 0;
    }
}
