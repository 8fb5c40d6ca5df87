package io.undermoon.broker.data;

import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A key with the beginning of its value.
 *
 * @param key as {@link EscapedText}
 * @param type {@code none} if there is no such key
 * @param ttlMs null if it does not expire
 * @param memoryBytes null if it is not known
 * @param encoding null if it is not known
 * @param length of a string in bytes, else the number of elements; null if it is not known
 * @param truncated whether there is more than is shown
 * @param problem why something is missing, in words; null if nothing is
 */
@Schema(name = "KeyValue")
public record KeyValue(
        String key,
        int slot,
        ProxyAddress proxy,
        String type,
        @Nullable Long ttlMs,
        @Nullable Long memoryBytes,
        @Nullable String encoding,
        @Nullable Long length,
        List<Element> elements,
        boolean truncated,
        @Nullable String problem) {
    public KeyValue {
        elements = List.copyOf(elements);
    }

    /**
     * A part of a value: the whole string, or one element.
     *
     * @param name the field of a hash, the member of a sorted set, the id of an entry of a stream, the index in a list;
     *     null where there is none
     * @param value of the field, the score of the member, the fields of the entry
     */
    @Schema(name = "KeyElement")
    public record Element(@Nullable String name, String value) {}
}
