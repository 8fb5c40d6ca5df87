package io.undermoon.dev.cli.stack;

import io.undermoon.dev.cli.options.Workspace;
import io.undermoon.dev.datadir.DataDirectory;
import io.undermoon.dev.datadir.DirectoryLock;
import io.undermoon.dev.datadir.StackState;
import io.undermoon.dev.lifecycle.ProcessSet;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.plan.LaunchException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code undermoon down}: stops what {@code up} has started. */
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description = "Stops every process of the stack, and nothing else. Its data stays for the next `up`.")
public final class DownCommand implements Callable<Integer> {
    private static final Duration LAUNCHER_STOP_TIMEOUT = Duration.ofSeconds(60);

    @Mixin
    private Workspace workspace = new Workspace();

    @Override
    public Integer call() throws InterruptedException {
        DataDirectory data = workspace.data();
        Optional<StackState> found = data.load();
        if (found.isEmpty()) {
            System.out.println("There is no stack in " + data.root());
            return 0;
        }
        Progress progress = new Progress(System.out);
        Optional<ProcessIdentity> launcher =
                Optional.ofNullable(found.get().launcher()).filter(LiveProcesses::isRunning);
        launcher.ifPresent(up -> {
            progress.step("telling `up` (process " + up.pid() + ") to stop its stack");
            LiveProcesses.terminate(up);
        });
        try (DirectoryLock lock = lockOnceFree(data)) {
            StackState state = data.load().orElseThrow();
            new ProcessSet(data, state).close(progress);
            progress.step("nothing of the stack in " + data.root() + " runs any more");
        }
        return 0;
    }

    /** An {@code up} holds the lock until it has stopped its processes itself. */
    private static DirectoryLock lockOnceFree(DataDirectory data) throws InterruptedException {
        long deadline = System.nanoTime() + LAUNCHER_STOP_TIMEOUT.toNanos();
        Optional<DirectoryLock> lock = data.lock();
        while (lock.isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new LaunchException("another command is still at work on " + data.root());
            }
            Thread.sleep(50);
            lock = data.lock();
        }
        return lock.get();
    }
}
