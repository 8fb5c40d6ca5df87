package io.undermoon.proxy.usage;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Numbers of which the n-th is drawn 1/n as often as the first, as keys of caches are. */
final class Zipf {
    private final double[] upTo;
    private final SplittableRandom random;

    Zipf(int count, long seed) {
        random = new SplittableRandom(seed);
        upTo = new double[count];
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += 1.0 / (i + 1);
            upTo[i] = sum;
        }
    }

    int next() {
        int at = Arrays.binarySearch(upTo, random.nextDouble() * upTo[upTo.length - 1]);
        return at < 0 ? Math.min(-at - 1, upTo.length - 1) : at;
    }
}
