package io.undermoon.dev.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * The processes of this machine, addressed by {@link ProcessIdentity}, so that a signal never reaches a process that
 * got a recycled pid.
 *
 * <p>On Linux the birth of a process is the boot id and the start tick of {@code /proc/<pid>/stat} (field 22): unlike a
 * wall-clock time it does not move when the clock is set. Elsewhere it is the start time the JDK reports. A zombie
 * counts as ended.
 */
public final class LiveProcesses {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final boolean PROC = Files.isReadable(BOOT_ID);

    /** Fields of {@code /proc/<pid>/stat} after the command in parentheses, which may itself hold spaces. */
    private static final int STATE_FIELD = 0;

    private static final int START_FIELD = 19;

    private LiveProcesses() {}

    /** The identity of the process that has this pid now; empty if there is none or it has ended. */
    public static Optional<ProcessIdentity> identify(long pid) {
        Optional<String> birth = PROC ? birthFromProc(pid) : birthFromHandle(pid);
        return birth.map(value -> new ProcessIdentity(pid, value));
    }

    public static boolean isRunning(ProcessIdentity identity) {
        return identify(identity.pid()).filter(identity::equals).isPresent();
    }

    /** Asks the process to end (SIGTERM); does nothing if it has ended. */
    public static void terminate(ProcessIdentity identity) {
        handle(identity).ifPresent(ProcessHandle::destroy);
    }

    /** Ends the process at once (SIGKILL); does nothing if it has ended. */
    public static void kill(ProcessIdentity identity) {
        handle(identity).ifPresent(ProcessHandle::destroyForcibly);
    }

    /** The handle is taken before the check: it remembers its own start time, and refuses a recycled pid after it. */
    private static Optional<ProcessHandle> handle(ProcessIdentity identity) {
        return ProcessHandle.of(identity.pid()).filter(handle -> isRunning(identity));
    }

    private static Optional<String> birthFromProc(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            boolean ended = fields[STATE_FIELD].equals("Z") || fields[STATE_FIELD].equals("X");
            return ended
                    ? Optional.empty()
                    : Optional.of(Files.readString(BOOT_ID).strip() + "/" + fields[START_FIELD]);
        } catch (IOException e) {
            // There is no such process, or it ended while its entry was read.
            return Optional.empty();
        }
    }

    private static Optional<String> birthFromHandle(long pid) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .flatMap(handle -> handle.info().startInstant())
                .map(Instant::toString);
    }
}
