package io.undermoon.dev.bench;

import java.lang.management.ManagementFactory;

/**
 * The machine and the versions of a measurement: results of two machines or of two versions cannot be compared.
 *
 * @param loadAverage runnable processes at the start, a sign of other work on the machine; negative if not known
 * @param load which programs made the load
 */
public record Machine(int cores, String system, String java, String redis, double loadAverage, String load) {
    /** This machine and this Java; the rest is told. */
    public static Machine current(String redisVersion, String load) {
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                System.getProperty("java.vendor") + " " + System.getProperty("java.runtime.version"),
                redisVersion,
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                load);
    }
}
