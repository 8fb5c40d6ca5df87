package io.undermoon.operator.kube;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.Secret;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The values of Secrets. */
public final class Secrets {
    private Secrets() {}

    /** A value as text; null if there is none. */
    public static @Nullable String value(Secret secret, String key) {
        String encoded = secret.getData() == null ? null : secret.getData().get(key);
        return encoded == null ? null : new String(Base64.getDecoder().decode(encoded), UTF_8);
    }

    public static String encoded(String value) {
        return Base64.getEncoder().encodeToString(value.getBytes(UTF_8));
    }
}
