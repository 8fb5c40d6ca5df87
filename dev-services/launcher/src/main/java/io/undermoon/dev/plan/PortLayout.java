package io.undermoon.dev.plan;

/**
 * Which ports the services of a stack listen on. A coordinator and a proxy have two each: RESP, and HTTP (health and
 * metrics) on the port just below it. The n-th of a kind is n pairs above the first; Redis nodes follow one another. A
 * proxy has a third, for clients of its replicas, elsewhere.
 *
 * @param broker HTTP port of the broker
 * @param coordinator RESP port of the first coordinator
 * @param proxy RESP port of the first proxy
 * @param redis port of the first Redis node
 */
public record PortLayout(int broker, int coordinator, int proxy, int redis) {
    /** Coordinators that fit between the first coordinator and the first proxy of {@link #from}. */
    public static final int MAX_COORDINATORS = 8;
    /** Proxies that fit between the first proxy and the first Redis node of {@link #from}. */
    public static final int MAX_PROXIES = 100;
    /** Where the ports for clients of replicas begin in a block. */
    private static final int REPLICA_OFFSET = 420;

    /** How far they are from the proxies' other ports outside of a block: where a proxy has them by itself. */
    private static final int STANDARD_REPLICA_DISTANCE = 10_000;

    /** How many ports {@link #from} reserves, whether they are used or not. */
    public static final int BLOCK_SIZE = REPLICA_OFFSET + MAX_PROXIES;

    private static final int HIGHEST_BASE = 65535 - BLOCK_SIZE + 1;

    /** The ports the services have by themselves. */
    public static PortLayout standard() {
        return new PortLayout(7799, 6699, 5299, 7001);
    }

    /**
     * One block of {@value #BLOCK_SIZE} ports: {@code base} broker, {@code base+2...} coordinators, {@code base+20...}
     * proxies, {@code base+220...} Redis nodes, {@code base+420...} proxies for clients of their replicas.
     */
    public static PortLayout from(int base) {
        if (base < 1024 || base > HIGHEST_BASE) {
            throw new UsageException("--base-port " + base + " is not within 1024-" + HIGHEST_BASE + ": a stack takes "
                    + BLOCK_SIZE + " ports from it upwards");
        }
        return new PortLayout(base, base + 3, base + 21, base + 220);
    }

    public int coordinatorResp(int index) {
        return coordinator + 2 * index;
    }

    int coordinatorHttp(int index) {
        return coordinatorResp(index) - 1;
    }

    /** RESP port of the proxy with this index, which counts from 0. */
    public int proxyResp(int index) {
        return proxy + 2 * index;
    }

    /** RESP port at which that proxy serves clients of its replicas. */
    public int proxyReplica(int index) {
        return equals(standard()) ? proxyResp(index) + STANDARD_REPLICA_DISTANCE : broker + REPLICA_OFFSET + index;
    }

    int proxyHttp(int index) {
        return proxyResp(index) - 1;
    }

    public int redis(int proxyIndex, int nodeIndex) {
        return redis + 2 * proxyIndex + nodeIndex;
    }
}
