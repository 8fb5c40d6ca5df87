package io.undermoon.dev.plan;

import org.jspecify.annotations.Nullable;

/**
 * The size and the ports of a stack. The first successful {@code up} on a data directory sets it; a later one can only
 * increase it, since running processes and registered addresses depend on it.
 *
 * @param activeRedirection whether proxies forward commands for foreign slots instead of answering MOVED
 */
public record StackShape(int proxies, int coordinators, boolean activeRedirection, PortLayout ports) {
    private static final int DEFAULT_PROXIES = 4;
    private static final int DEFAULT_COORDINATORS = 1;

    public StackShape {
        requireWithin("--proxies", proxies, PortLayout.MAX_PROXIES);
        requireWithin("--coordinators", coordinators, PortLayout.MAX_COORDINATORS);
    }

    /**
     * The options that a user gave; null where an option was not given.
     *
     * @param basePort where {@link PortLayout#from} starts
     */
    public record Request(
            @Nullable Integer proxies,
            @Nullable Integer coordinators,
            @Nullable Boolean activeRedirection,
            @Nullable Integer basePort) {}

    /** The shape of a new stack: what is asked for, and the defaults for the rest. */
    public static StackShape first(Request request) {
        return new StackShape(
                orElse(request.proxies, DEFAULT_PROXIES),
                orElse(request.coordinators, DEFAULT_COORDINATORS),
                orElse(request.activeRedirection, false),
                request.basePort == null ? PortLayout.standard() : PortLayout.from(request.basePort));
    }

    /**
     * The shape of a stack that is continued: as it was, with more proxies and coordinators if they are asked for.
     *
     * @throws LaunchException if the request contradicts what the stack is
     */
    public StackShape continuedWith(Request request) {
        if (request.activeRedirection != null && request.activeRedirection != activeRedirection) {
            throw fixed("was first started " + (activeRedirection ? "with" : "without") + " --active-redirection");
        }
        if (request.basePort != null && !PortLayout.from(request.basePort).equals(ports)) {
            throw fixed("has its broker on port " + ports.broker() + ", so --base-port " + request.basePort
                    + " cannot be used");
        }
        return new StackShape(
                grow("--proxies", proxies, request.proxies),
                grow("--coordinators", coordinators, request.coordinators),
                activeRedirection,
                ports);
    }

    private static int grow(String option, int present, @Nullable Integer wanted) {
        if (wanted != null && wanted < present) {
            throw fixed("has " + option + " " + present + ", which cannot become " + wanted);
        }
        return orElse(wanted, present);
    }

    private static <T> T orElse(@Nullable T value, T fallback) {
        return value == null ? fallback : value;
    }

    private static LaunchException fixed(String why) {
        return new LaunchException("the stack in this data directory " + why
                + "; leave the option out, or give the other stack a directory of its own with --data");
    }

    private static void requireWithin(String option, int value, int max) {
        if (value < 1 || value > max) {
            throw new UsageException(option + " " + value + " is not within 1-" + max);
        }
    }
}
