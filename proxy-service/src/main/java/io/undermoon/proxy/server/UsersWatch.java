package io.undermoon.proxy.server;

import io.undermoon.proxy.config.AccessSettings;
import io.undermoon.proxy.control.UsersFile;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Looks at the file of users from time to time, on a thread of its own. */
final class UsersWatch implements AutoCloseable {
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread made = new Thread(work, "users-file");
        made.setDaemon(true);
        return made;
    });

    private UsersWatch() {}

    /**
     * Reads the file, then watches it.
     *
     * @throws IllegalArgumentException the file is wrong; the message says where and why
     */
    static UsersWatch start(UsersFile file, AccessSettings settings) {
        String problem = file.load();
        if (problem != null) {
            throw new IllegalArgumentException("undermoon.users_file=" + settings.file() + ": " + problem);
        }
        UsersWatch watch = new UsersWatch();
        long millis = settings.fileInterval().toMillis();
        if (millis > 0) {
            watch.thread.scheduleWithFixedDelay(file::poll, millis, millis, TimeUnit.MILLISECONDS);
        }
        return watch;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
