package io.undermoon.broker.observe;

import io.undermoon.broker.state.Metadata;
import io.undermoon.metadata.ClusterName;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The figures of clusters over the last hours, in memory: the last hour in steps of 5 s and the last 12 hours in steps
 * of a minute, some 50 kB for each cluster. With more than {@value #MAX_CLUSTERS} clusters the others have no history.
 * Thread-safe.
 */
public final class History {
    static final int MAX_CLUSTERS = 500;
    private static final int STEPS = 720;
    private static final Duration FINE = Duration.ofSeconds(5);
    private static final Duration COARSE = Duration.ofMinutes(1);

    private final LongSupplier unixMillis;
    private final Map<ClusterName, Series> clusters = new HashMap<>();

    /** What is kept, in the words of the API. */
    private enum Metric {
        OPS_PER_SECOND,
        CALL_MICROS,
        USED_MEMORY,
        KEYS,
        CLIENTS,
        LAG_BYTES,
        INPUT_KILOBYTES,
        OUTPUT_KILOBYTES;

        private @Nullable Number of(ClusterFigures figures) {
            return switch (this) {
                case OPS_PER_SECOND -> figures.opsPerSecond();
                case CALL_MICROS -> figures.callMicros();
                case USED_MEMORY -> figures.usedMemory();
                case KEYS -> figures.keys();
                case CLIENTS -> figures.clients();
                case LAG_BYTES -> figures.lagBytes();
                case INPUT_KILOBYTES -> figures.inputKilobytes();
                case OUTPUT_KILOBYTES -> figures.outputKilobytes();
            };
        }
    }

    /**
     * Some time of one cluster.
     *
     * @param stepSeconds between two values
     * @param end of the last value, Unix seconds
     * @param series by name the values, null where nothing is known
     */
    public record Extract(long stepSeconds, long end, Map<String, List<@Nullable Double>> series) {}

    /** The rings of one metric; the coarse one has averages. */
    private static final class Track {
        private final Ring fine = new Ring(STEPS);
        private final Ring coarse = new Ring(STEPS);
        private long coarseStep = -1;
        private double sum;
        private int count;

        private void put(long nowMillis, double value) {
            fine.put(nowMillis / FINE.toMillis(), value);
            long step = nowMillis / COARSE.toMillis();
            if (step != coarseStep) {
                coarseStep = step;
                sum = 0;
                count = 0;
            }
            if (!Double.isNaN(value)) {
                sum += value;
                count++;
            }
            coarse.put(step, count == 0 ? Double.NaN : sum / count);
        }
    }

    private static final class Series {
        private final Map<Metric, Track> tracks = new EnumMap<>(Metric.class);

        private Series() {
            for (Metric metric : Metric.values()) {
                tracks.put(metric, new Track());
            }
        }
    }

    /** @param unixMillis the time of day */
    public History(LongSupplier unixMillis) {
        this.unixMillis = unixMillis;
    }

    /** Stores the present figures of all clusters; called every 5 s. */
    public synchronized void record(Metadata state, ProxyObserver observer) {
        clusters.keySet().retainAll(state.clusters().keySet());
        long now = unixMillis.getAsLong();
        state.clusters().forEach((name, cluster) -> {
            if (clusters.containsKey(name) || clusters.size() < MAX_CLUSTERS) {
                ClusterFigures figures = ClusterFigures.of(cluster, observer);
                Series series = clusters.computeIfAbsent(name, unused -> new Series());
                series.tracks.forEach((metric, track) -> {
                    Number value = metric.of(figures);
                    track.put(now, value == null ? Double.NaN : value.doubleValue());
                });
            }
        });
    }

    /** The last hours of a cluster: up to one in fine steps, more in coarse ones. All gaps if nothing is known. */
    public synchronized Extract of(ClusterName name, int minutes) {
        boolean isFine = minutes <= 60;
        Duration step = isFine ? FINE : COARSE;
        int count = (int) Math.min(STEPS, Duration.ofMinutes(minutes).toMillis() / step.toMillis());
        long newest = unixMillis.getAsLong() / step.toMillis();
        Series series = clusters.getOrDefault(name, new Series());
        Map<String, List<@Nullable Double>> values = new LinkedHashMap<>();
        series.tracks.forEach((metric, track) -> values.put(
                metric.name().toLowerCase(Locale.ROOT), (isFine ? track.fine : track.coarse).last(count, newest)));
        return new Extract(step.toSeconds(), (newest + 1) * step.toSeconds(), values);
    }
}
