package io.undermoon.dev.testing;

import io.undermoon.dev.process.Ports;
import io.undermoon.dev.stack.PortLayout;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A block of ports that is free now, below the range from which Linux takes ports for outgoing connections, so that it is
 * still free when a killed service is started again.
 */
public final class FreePorts {
    private static final int LOWEST = 10_000;
    private static final int HIGHEST = 32_000 - PortLayout.BLOCK_SIZE;
    private static final int ATTEMPTS = 100;

    private FreePorts() {}

    public static PortLayout layout() {
        return PortLayout.from(base());
    }

    /** The first port of the block. */
    public static int base() {
        return new SplittableRandom()
                .ints(ATTEMPTS, LOWEST, HIGHEST)
                .filter(base ->
                        IntStream.range(base, base + PortLayout.BLOCK_SIZE).allMatch(Ports::isFree))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no block of free ports found"));
    }
}
