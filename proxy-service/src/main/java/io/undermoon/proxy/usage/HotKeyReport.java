package io.undermoon.proxy.usage;

import io.undermoon.proxy.usage.HotKeySession.Metric;
import java.util.List;
import java.util.Map;

/**
 * What a search for hot keys has found.
 *
 * @param isActive whether it goes on
 * @param durationMillis for how long it went, or has been going on
 * @param sampleRatio one of so many commands was looked at, on average
 * @param commands of all slots
 * @param micros between commands of all slots and their replies
 * @param bytes of commands of all slots and their replies
 * @param microsInSlots of {@code micros}, those of the chosen slots
 * @param bytesInSlots of {@code bytes}, those of the chosen slots
 * @param keys the hottest ones by each metric, hottest first
 */
public record HotKeyReport(
        HotKeySession session,
        boolean isActive,
        long durationMillis,
        long sampleRatio,
        long commands,
        long micros,
        long bytes,
        long microsInSlots,
        long bytesInSlots,
        Map<Metric, List<HotKey>> keys) {

    /** A key and how much of the metric it has. */
    public record HotKey(byte[] key, long amount) {}
}
