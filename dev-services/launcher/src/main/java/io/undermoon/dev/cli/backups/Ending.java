package io.undermoon.dev.cli.backups;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The end of a command that goes on until it is told to, by {@code SIGTERM} or {@code SIGINT}: it gets some time to
 * finish what it has begun, and the process then ends with the command's exit code.
 */
final class Ending implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile int exitCode = 1;

    Ending() {
        Thread hook = new Thread(this::end, "end of the backups");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void end() {
        asked.countDown();
        try {
            if (done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.out.flush();
                // Else the exit code would be that of the signal, which supervisors take for a failure.
                Runtime.getRuntime().halt(exitCode);
            }
            System.err.println("the backup did not end within " + PATIENCE_SECONDS + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isAsked() {
        return asked.getCount() == 0;
    }

    /** Waits, unless the end is asked for. */
    void await(long millis) throws InterruptedException {
        if (asked.await(millis, TimeUnit.MILLISECONDS)) {
            // The caller looks at isAsked.
            return;
        }
    }

    /** What the command ends with; 1 if it does not say. */
    int with(int code) {
        exitCode = code;
        return code;
    }

    /** All that was begun is finished. */
    @Override
    public void close() {
        done.countDown();
    }
}
