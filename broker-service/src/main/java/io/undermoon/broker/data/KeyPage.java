package io.undermoon.broker.data;

import io.undermoon.metadata.ProxyAddress;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Some of the keys of a cluster.
 *
 * @param cursor where the next page begins; null after the last one
 */
@Schema(name = "KeyPage")
public record KeyPage(List<Entry> keys, @Nullable String cursor) {
    public KeyPage {
        keys = List.copyOf(keys);
    }

    /**
     * A key.
     *
     * @param key as {@link EscapedText}
     * @param type null if it is not known: the user may not ask, or the key has moved or gone meanwhile
     * @param ttlMs null if it does not expire, or likewise
     */
    @Schema(name = "KeyEntry")
    public record Entry(
            String key,
            int slot,
            ProxyAddress proxy,
            @Nullable String type,
            @Nullable Long ttlMs) {}
}
