package io.undermoon.dev.cli.backups;

import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.UsageException;
import java.io.IOException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.concurrent.CancellationException;

/** Failures and options in words. */
final class Explained {
    private static final long HOURS_OF_DAY = 24;

    private Explained() {}

    /** What may fail as files and networks do. */
    interface Action<T> {
        T run() throws IOException, InterruptedException;
    }

    static <T> T of(Action<T> action) {
        try {
            return action.run();
        } catch (IOException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        }
    }

    /** Reads {@code 90s}, {@code 10m}, {@code 6h}, {@code 1d}. */
    static Duration time(String option, String text) {
        try {
            Duration time = text.endsWith("d")
                    ? Duration.ofHours(
                            Math.multiplyExact(HOURS_OF_DAY, Long.parseLong(text.substring(0, text.length() - 1))))
                    : Duration.parse("PT" + text);
            if (time.toMillis() > 0) {
                return time;
            }
        } catch (DateTimeParseException | NumberFormatException | ArithmeticException e) {
            // Reported below.
        }
        throw new UsageException(option + " " + text + " is not a time such as 90s, 10m, 6h, 1d");
    }
}
