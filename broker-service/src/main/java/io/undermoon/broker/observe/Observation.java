package io.undermoon.broker.observe;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a proxy. Immutable.
 *
 * @param answer the last one; absent if it has never answered
 * @param epochMillis when it first answered with this epoch
 * @param silentSinceMillis since when it does not answer, of a monotonic clock; 0 while it does
 * @param problem why it does not answer; empty while it does
 * @param figures the newest ones; absent if it has told none
 * @param figuresMillis when they came
 * @param callMicros how long commands of clients took between the last two figures, on average; absent without any
 */
public record Observation(
        @Nullable ProxyAnswer answer,
        long epochMillis,
        long silentSinceMillis,
        String problem,
        @Nullable Figures figures,
        long figuresMillis,
        @Nullable Double callMicros) {
    static final Observation NONE = new Observation(null, 0, 0, "", null, 0, null);
    /** For how long figures are taken for those of the present. */
    private static final long FIGURES_MILLIS = 20_000;

    public boolean isAnswering() {
        return answer != null && silentSinceMillis == 0;
    }

    /** Whether it was asked in vain. */
    public boolean isSilent() {
        return silentSinceMillis != 0;
    }

    /** The figures, absent when they are too old. */
    public @Nullable Figures figuresAt(long nowMillis) {
        return figures == null || nowMillis - figuresMillis > FIGURES_MILLIS ? null : figures;
    }

    Observation answered(ProxyAnswer next, long nowMillis) {
        boolean isSameEpoch = answer != null && answer.epoch().equals(next.epoch());
        return new Observation(next, isSameEpoch ? epochMillis : nowMillis, 0, "", figures, figuresMillis, callMicros);
    }

    Observation failed(String reason, long nowMillis) {
        return new Observation(
                answer,
                epochMillis,
                isSilent() ? silentSinceMillis : nowMillis,
                reason,
                figures,
                figuresMillis,
                callMicros);
    }

    Observation told(Figures next, long nowMillis) {
        return new Observation(
                answer,
                epochMillis,
                silentSinceMillis,
                problem,
                next,
                nowMillis,
                figures == null ? null : average(figures, next));
    }

    private static @Nullable Double average(Figures before, Figures now) {
        long calls = now.calls() - before.calls();
        long micros = now.micros() - before.micros();
        // Fewer than before: it was restarted, or its statistics were reset.
        return calls <= 0 || micros < 0 ? null : (double) micros / calls;
    }
}
