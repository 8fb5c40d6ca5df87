package io.undermoon.operator.kube;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.Secret;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The values of Secrets. */
public final class Secrets {
    private Secrets() {}

    /** A value as text; null if there is none. */
    public static @Nullable String value(Secret secret, String key) {
        String encoded = secret.getData() == null ? null : secret.getData().get(key);
        return encoded == null ? null : new String(Base64.getDecoder().decode(encoded), UTF_8);
    }

    /** All values as texts. */
    public static Map<String, String> values(Secret secret) {
        Map<String, String> values = new TreeMap<>();
        Optional.ofNullable(secret.getData())
                .orElse(Map.of())
                .forEach((key, encoded) ->
                        values.put(key, new String(Base64.getDecoder().decode(encoded), UTF_8)));
        return values;
    }

    /** The data of a Secret with such values. */
    public static Map<String, String> encoded(Map<String, String> values) {
        Map<String, String> data = new TreeMap<>();
        values.forEach((key, value) -> data.put(key, encoded(value)));
        return data;
    }

    public static String encoded(String value) {
        return Base64.getEncoder().encodeToString(value.getBytes(UTF_8));
    }
}
