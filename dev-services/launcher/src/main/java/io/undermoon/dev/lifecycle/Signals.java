package io.undermoon.dev.lifecycle;

import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.plan.LaunchException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;

/** Signals to processes; each has had its effect when the call returns. */
public final class Signals {
    private static final Duration POLL = Duration.ofMillis(1);

    private Signals() {}

    public static void kill(ProcessIdentity process) {
        LiveProcesses.kill(process);
        awaitEnd(process);
    }

    /** Waits until a process that has been killed does not run any more. */
    static void awaitEnd(ProcessIdentity process) {
        while (LiveProcesses.isRunning(process)) {
            Await.pause(POLL);
        }
    }

    public static void stop(ProcessIdentity process) {
        send("-STOP", process);
    }

    /** Lets a process go on that was stopped; no effect if it was not. */
    public static void goOn(ProcessIdentity process) {
        if (LiveProcesses.isRunning(process)) {
            send("-CONT", process);
        }
    }

    private static void send(String signal, ProcessIdentity process) {
        try {
            int status = new ProcessBuilder("kill", signal, String.valueOf(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new LaunchException("kill " + signal + " " + process.pid() + " ends with status " + status);
            }
        } catch (IOException e) {
            throw new LaunchException("cannot run kill: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        }
    }
}
