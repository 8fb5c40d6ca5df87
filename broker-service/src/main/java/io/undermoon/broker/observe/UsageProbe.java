package io.undermoon.broker.observe;

import io.undermoon.metadata.ProxyAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Asks proxies which slots and keys clients use how much. */
public interface UsageProbe {
    /**
     * What clients have used of a slot since counting began.
     *
     * @param keys that it has now
     */
    record SlotCount(int slot, long keys, long ops, long bytes, long micros) {}

    /**
     * The slots behind a proxy.
     *
     * @param isCounted whether the proxy counts more than keys
     */
    record SlotCounts(boolean isCounted, List<SlotCount> slots) {
        public SlotCounts {
            slots = List.copyOf(slots);
        }
    }

    /**
     * What a search for hot keys has found.
     *
     * @param millis for how long it went
     * @param ops of all keys
     * @param bytes of all keys
     * @param keys the hottest ones by either
     */
    record Search(long millis, long ops, long bytes, List<HotKey> keys) {
        public Search {
            keys = List.copyOf(keys);
        }
    }

    /**
     * A key and what it has of each metric; absent where it is not among the hottest ones.
     *
     * @param key the array is not copied and must not be changed
     */
    @SuppressWarnings("ArrayRecordComponent")
    record HotKey(byte[] key, @Nullable Long ops, @Nullable Long bytes) {}

    /** Asks a proxy about its slots, for which it may have to count the keys of its nodes. */
    CompletionStage<SlotCounts> slots(ProxyAddress proxy);

    /**
     * Has a proxy search for hot keys for a time, and forget what it has found. Fails if another search goes on there.
     */
    CompletionStage<Search> search(ProxyAddress proxy, int count, Duration time);

    /** Has a proxy count what clients use of each slot, or end that. */
    CompletionStage<@Nullable Void> countSlots(ProxyAddress proxy, boolean isWanted);

    /** One answer of each proxy that gave one, and for the others why not. */
    record Answers<T>(Map<ProxyAddress, T> known, Map<ProxyAddress, String> problems) {}
}
