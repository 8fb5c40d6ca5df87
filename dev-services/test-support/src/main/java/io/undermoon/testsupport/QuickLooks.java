package io.undermoon.testsupport;

import java.time.Duration;
import java.util.NoSuchElementException;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Has tests that wait for a condition look soon, and then less and less often, where they do not say how often.
 * Awaitility by itself first looks after 100 ms, also at what is so already. JUnit finds this class by its name in
 * {@code META-INF/services}.
 */
public final class QuickLooks implements LauncherSessionListener {
    /** For what was just set off: most of it is done by then. */
    private static final Duration DELAY = Duration.ofMillis(20);

    private static final Duration FIRST = Duration.ofMillis(2);

    /** What Awaitility has: a look may be a call to a service that is busy. */
    private static final Duration LONGEST = Duration.ofMillis(100);

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Awaitility.setDefaultPollDelay(DELAY);
        Awaitility.setDefaultPollInterval((looks, last) -> looks == 1 ? FIRST : next(last));
        // What is looked at in a list may not be in it yet. If it never comes, the condition is not met in time.
        Awaitility.ignoreExceptionsByDefaultMatching(
                problem -> problem instanceof NoSuchElementException || problem instanceof IndexOutOfBoundsException);
    }

    /** The time from a look to the next one. */
    static Duration next(Duration last) {
        Duration next = last.compareTo(FIRST) < 0 ? FIRST : last.multipliedBy(2);
        return next.compareTo(LONGEST) < 0 ? next : LONGEST;
    }
}
