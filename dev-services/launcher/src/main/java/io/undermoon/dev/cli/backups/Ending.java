package io.undermoon.dev.cli.backups;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The end of a command that goes on until it is told to, by {@code SIGTERM} or {@code SIGINT}: it gets some time to
 * finish what it has begun, and the process then ends with the command's exit code.
 */
final class Ending {
    private static final long PATIENCE_SECONDS = 30;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile int exitCode = 1;

    private Ending() {
        Thread hook = new Thread(this::end, "end of the backups");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** What goes on until the end is asked for. */
    interface Work {
        /** @return the exit code */
        int until(Ending ending) throws InterruptedException;
    }

    /** Has the process end, when it is told to, after the work has ended and with its exit code. */
    static int of(Work work) throws InterruptedException {
        Ending ending = new Ending();
        try {
            ending.exitCode = work.until(ending);
            return ending.exitCode;
        } catch (RuntimeException e) {
            if (ending.isAsked()) {
                // Nobody else could say it any more: the process ends at once.
                System.err.println("error: " + e);
            }
            throw e;
        } finally {
            ending.done.countDown();
        }
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
}
