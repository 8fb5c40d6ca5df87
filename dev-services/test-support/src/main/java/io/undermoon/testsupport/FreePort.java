package io.undermoon.testsupport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Loopback ports that nothing listens on, for tests that have to name a port before they use it. Test processes that
 * run at the same time have different ones: each takes a share of the ports, which is its own until it ends. A process
 * gets the ports of its share in turn, so that two answers are different also where nothing listens on the first yet.
 */
public final class FreePort {
    /** Below those that Linux gives to outgoing connections, which could take one before it is used. */
    private static final int LOWEST = 10_000;

    /** A JVM has one share, also where several class loaders load this class, as in tests of Quarkus. */
    private static final String SHARE = "test.port.share";

    /** The port that is tried next. */
    private static final String NEXT = "test.port.next";

    private static final int SHARES = 11;
    private static final int SIZE = 2_000;

    private FreePort() {}

    /** Any one. */
    public static int any() {
        return block(1);
    }

    /** The first of so many in a row. */
    public static int block(int size) {
        // One lock for all class loaders.
        synchronized (System.class) {
            int begin = firstOfShare();
            int next = Integer.getInteger(NEXT, begin + new SplittableRandom().nextInt(SIZE));
            for (int tried = 0; tried < 2 * SIZE; tried++) {
                int first = next + size > begin + SIZE ? begin : next;
                OptionalInt taken = IntStream.range(first, first + size)
                        .filter(port -> !isFree(port))
                        .findFirst();
                if (taken.isEmpty()) {
                    System.setProperty(NEXT, Integer.toString(first + size));
                    return first;
                }
                next = taken.getAsInt() + 1;
            }
            throw new IllegalStateException(
                    "no " + size + " free ports in a row from " + begin + " to " + (begin + SIZE - 1));
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static int firstOfShare() {
        Integer known = Integer.getInteger(SHARE);
        if (known == null) {
            known = IntStream.range(0, SHARES)
                    .filter(FreePort::hold)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(
                            SHARES + " processes use ports of tests already; end one of them"));
            System.setProperty(SHARE, known.toString());
        }
        return LOWEST + known * SIZE;
    }

    /**
     * Has a share belong to this process until it ends.
     *
     * @return false if it is another process's
     */
    private static boolean hold(int share) {
        Path file = Path.of(System.getProperty("java.io.tmpdir"), "undermoon-test-ports-" + share + ".lock");
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                return false;
            }
            // A lock that nothing refers to ends with the class loader of this class, that of one test perhaps.
            Thread holder = new Thread(() -> waitForever(lock), "test-port-share");
            holder.setDaemon(true);
            holder.start();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void waitForever(FileLock lock) {
        while (lock.isValid()) {
            LockSupport.park();
        }
    }
}
