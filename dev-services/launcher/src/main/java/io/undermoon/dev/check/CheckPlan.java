package io.undermoon.dev.check;

import io.undermoon.dev.clusterclient.ClientSettings;
import io.undermoon.dev.plan.LaunchException;
import java.time.Duration;

/**
 * The settings of a run.
 *
 * @param writers threads that write, each with connections of its own
 * @param seed decides keys and commands
 * @param stepsPerSecond of all writers together at most, a step being one command or two; 0 for no limit
 * @param large whether values of 64 MB are written too
 * @param allowErrors whether errors that clients see are only counted
 * @param replicas whether replicas are read in the end
 * @param settleTimeout how long replicas may take to catch up, and masters to be read, in the end
 * @param keep whether the keys stay; they do when something is wrong
 */
public record CheckPlan(
        ClientSettings settings,
        int writers,
        long seed,
        int stepsPerSecond,
        boolean large,
        boolean allowErrors,
        boolean replicas,
        Duration settleTimeout,
        boolean keep) {
    private static final int MAX_WRITERS = 1000;

    public CheckPlan {
        if (writers < 1 || writers > MAX_WRITERS) {
            throw new LaunchException("--writers " + writers + " is not within 1-" + MAX_WRITERS);
        }
        if (stepsPerSecond < 0) {
            throw new LaunchException("--rate " + stepsPerSecond + " is less than 0");
        }
    }
}
