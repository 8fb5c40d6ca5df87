package io.undermoon.json;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** The Jackson configuration of the project. */
public final class Json {
    private static final ObjectMapper MAPPER = configure(JsonMapper.builder().build());

    private Json() {}

    /** The shared mapper; callers must not configure it. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    /**
     * Configures a mapper, such as that of an HTTP framework, for the wire format of the metadata: members in snake
     * case, unknown members ignored, missing numbers and trailing text refused, methods such as {@code isMaster()}
     * not written. The constructors of the records decide which other members are required.
     */
    public static ObjectMapper configure(ObjectMapper mapper) {
        return mapper.registerModule(new MetadataModule())
                .setVisibility(PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE)
                .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);
    }
}
