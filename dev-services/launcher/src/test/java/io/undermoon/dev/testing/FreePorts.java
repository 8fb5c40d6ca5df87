package io.undermoon.dev.testing;

import io.undermoon.dev.plan.PortLayout;
import io.undermoon.testsupport.FreePort;

/** A block of ports that is free now, and still is when a killed service is started again. */
public final class FreePorts {
    private FreePorts() {}

    public static PortLayout layout() {
        return PortLayout.from(base());
    }

    /** The first port of the block. */
    public static int base() {
        return FreePort.block(PortLayout.BLOCK_SIZE);
    }
}
