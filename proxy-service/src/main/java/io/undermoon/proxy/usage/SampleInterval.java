package io.undermoon.proxy.usage;

import java.util.concurrent.TimeUnit;

/**
 * Which commands of a loop are looked at: all as long as there are few, and else so many that they come to about
 * {@value #PER_SECOND} in a second. What one that is looked at stands for is its weight. The gaps between them are
 * random, so that commands which repeat with the pattern of a pipeline are not taken for more or fewer than they are.
 * Owned by the loop; the question for each command is one subtraction.
 */
final class SampleInterval {
    /** One costs less than a tenth of a microsecond. */
    static final int PER_SECOND = 200_000;

    private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int MAX_INTERVAL = 10_000;
    private static final long NEVER = Long.MAX_VALUE;

    private final int perSecond;
    private final boolean isFixed;
    private int interval;
    private long untilNext = 1;
    private boolean hasWindow;
    private long windowStart;
    private long commandsInWindow;
    private long random = 0x2545F4914F6CDD1DL;

    private SampleInterval(int interval, int perSecond, boolean isFixed) {
        this.interval = interval;
        this.perSecond = perSecond;
        this.isFixed = isFixed;
    }

    /**
     * As many as can be borne.
     *
     * @param sketches in which each is noted
     */
    static SampleInterval adaptive(int sketches) {
        return new SampleInterval(1, PER_SECOND / Math.max(1, sketches), false);
    }

    /** One of so many on average. */
    static SampleInterval fixed(int ratio) {
        SampleInterval made = new SampleInterval(ratio, PER_SECOND, true);
        made.untilNext = made.gap();
        return made;
    }

    /** None at all. */
    static SampleInterval never() {
        SampleInterval made = new SampleInterval(1, PER_SECOND, true);
        made.untilNext = NEVER;
        return made;
    }

    /** Whether the next command is to be looked at; {@link #take} is called if so. */
    boolean isDue() {
        return --untilNext <= 0;
    }

    /**
     * For how many commands the one that is due stands.
     *
     * @param nowNanos as {@link System#nanoTime}
     */
    int take(long nowNanos) {
        int weight = interval;
        commandsInWindow += weight;
        if (!isFixed && (!hasWindow || nowNanos - windowStart >= WINDOW_NANOS)) {
            adapt(nowNanos);
        }
        untilNext = gap();
        return weight;
    }

    private void adapt(long nowNanos) {
        if (hasWindow) {
            double seconds = (nowNanos - windowStart) / 1e9;
            interval = (int) Math.max(1, Math.min(MAX_INTERVAL, Math.ceil(commandsInWindow / seconds / perSecond)));
        }
        hasWindow = true;
        windowStart = nowNanos;
        commandsInWindow = 0;
    }

    /** Uniform between 1 and twice the interval, so that the interval is its mean. */
    private long gap() {
        if (interval == 1) {
            return 1;
        }
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return 1 + (random >>> 33) % (2L * interval - 1);
    }
}
