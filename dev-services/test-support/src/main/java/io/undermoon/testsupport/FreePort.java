package io.undermoon.testsupport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.SplittableRandom;

/** Loopback ports that nothing listens on, for tests that have to name a port before they use it. */
public final class FreePort {
    /** Below those that Linux gives to outgoing connections, which could take one before it is used. */
    private static final int LOWEST = 10_000;

    private static final int END = 32_000;
    private static final int ATTEMPTS = 100;

    private FreePort() {}

    /** Any one. */
    public static int any() {
        return new SplittableRandom()
                .ints(ATTEMPTS, LOWEST, END)
                .filter(FreePort::isFree)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "none of " + ATTEMPTS + " ports from " + LOWEST + " to " + (END - 1) + " is free"));
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
