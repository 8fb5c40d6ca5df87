package io.undermoon.broker.observe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last values of something that is measured at a fixed step; older ones are overwritten. A step without a value is
 * a gap. Not thread-safe.
 */
final class Ring {
    private final float[] values;
    /** The number of the newest step, counted from the epoch; -1 before the first value. */
    private long newest = -1;

    Ring(int size) {
        values = new float[size];
        Arrays.fill(values, Float.NaN);
    }

    /** Stores the value of a step; earlier steps than the newest are ignored. */
    void put(long step, double value) {
        if (step < newest) {
            return;
        }
        long from = newest < 0 ? step : Math.max(newest + 1, step - values.length + 1);
        for (long gap = from; gap < step; gap++) {
            values[(int) (gap % values.length)] = Float.NaN;
        }
        values[(int) (step % values.length)] = (float) value;
        newest = step;
    }

    /** The values of some steps, the last of them at the end; null where there is none. */
    List<@Nullable Double> last(int count, long step) {
        List<@Nullable Double> found = new ArrayList<>(count);
        for (long each = step - count + 1; each <= step; each++) {
            found.add(at(each));
        }
        return found;
    }

    private @Nullable Double at(long step) {
        if (step < 0 || step > newest || step <= newest - values.length) {
            return null;
        }
        float value = values[(int) (step % values.length)];
        return Float.isNaN(value) ? null : (double) value;
    }
}
