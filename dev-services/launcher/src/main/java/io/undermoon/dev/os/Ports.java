package io.undermoon.dev.os;

import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.ServiceSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** TCP ports of the loopback address. */
public final class Ports {
    private static final int LOWEST_BLOCK = 10_000;
    private static final int HIGHEST_BLOCK = 32_000;
    private static final int BLOCK_ATTEMPTS = 100;

    private Ports() {}

    /** Whether a service could listen on the port now. */
    public static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The first of so many ports in a row that are free now, below the range from which Linux takes ports for outgoing
     * connections.
     */
    public static int freeBlock(int size) {
        return new SplittableRandom()
                .ints(BLOCK_ATTEMPTS, LOWEST_BLOCK, HIGHEST_BLOCK - size)
                .filter(base -> IntStream.range(base, base + size).allMatch(Ports::isFree))
                .findFirst()
                .orElseThrow(() -> new LaunchException("cannot find " + size + " free ports in a row"));
    }

    /**
     * Checks every port that the services want, before any of them starts.
     *
     * @param advice what the user can do, the last sentence of the message
     * @throws LaunchException if some are taken; it names each and the service that wants it
     */
    public static void requireFree(Collection<ServiceSpec> services, String advice) {
        List<String> taken = services.stream()
                .flatMap(service -> service.listeners().stream()
                        .filter(listener -> !isFree(listener.port()))
                        .map(listener -> "port " + listener.port() + " is in use; " + service.name() + " wants it for "
                                + listener.protocol()))
                .toList();
        if (!taken.isEmpty()) {
            throw new LaunchException(
                    taken.stream().collect(Collectors.joining("\n  ", "", "")) + "\nNothing was started. " + advice);
        }
    }
}
