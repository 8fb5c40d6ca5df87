package io.undermoon.operator.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A key of a Secret in the namespace of the resource that names it. */
public final class SecretKey {
    @Required
    @Size(min = 1, max = 253)
    @JsonPropertyDescription("The name of the Secret.")
    public String name = "";

    @Required
    @Size(min = 1, max = 253)
    @JsonPropertyDescription("The key in the Secret.")
    public String key = "";

    public SecretKey() {}

    public SecretKey(String name, String key) {
        this.name = name;
        this.key = key;
    }
}
