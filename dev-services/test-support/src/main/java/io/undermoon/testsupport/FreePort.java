package io.undermoon.testsupport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Loopback ports that nothing listens on, for tests that have to name a port before they use it. Test processes that
 * run at the same time have different ones: each takes a share of the ports, which is its own until it ends.
 */
public final class FreePort {
    /** Below those that Linux gives to outgoing connections, which could take one before it is used. */
    private static final int LOWEST = 10_000;

    /** A JVM has one share, also where several class loaders load this class, as in tests of Quarkus. */
    private static final String PROPERTY = "test.port.share";

    private static final int SHARES = 11;
    private static final int SHARE = 2_000;
    private static final int ATTEMPTS = 100;
    private static final Share OWN = Share.take();

    private FreePort() {}

    /** Any one. */
    public static int any() {
        return block(1);
    }

    /** The first of so many in a row. */
    public static int block(int size) {
        return new SplittableRandom()
                .ints(ATTEMPTS, OWN.first(), OWN.end() - size + 1)
                .filter(first -> IntStream.range(first, first + size).allMatch(FreePort::isFree))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no " + size + " free ports in a row were found from "
                        + OWN.first() + " to " + (OWN.end() - 1)));
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The ports of this process.
     *
     * @param lock held as long as the process lives; null where another class loader holds it, or all shares are taken
     *     and the ports are those of all
     */
    private record Share(int first, int end, @Nullable FileLock lock) {
        static Share take() {
            synchronized (System.class) {
                String known = System.getProperty(PROPERTY);
                if (known != null) {
                    return of(Integer.parseInt(known), null);
                }
                for (int share = 0; share < SHARES; share++) {
                    FileLock lock = lock(share);
                    if (lock != null) {
                        System.setProperty(PROPERTY, Integer.toString(share));
                        return of(share, lock);
                    }
                }
            }
            return new Share(LOWEST, LOWEST + SHARES * SHARE, null);
        }

        private static Share of(int share, @Nullable FileLock lock) {
            int first = LOWEST + share * SHARE;
            return new Share(first, first + SHARE, lock);
        }

        /** Null if another process has it, or the file is another user's. */
        private static @Nullable FileLock lock(int share) {
            Path file = Path.of(System.getProperty("java.io.tmpdir"), "undermoon-test-ports-" + share + ".lock");
            try {
                FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock();
                if (lock == null) {
                    channel.close();
                }
                return lock;
            } catch (IOException e) {
                return null;
            }
        }
    }
}
