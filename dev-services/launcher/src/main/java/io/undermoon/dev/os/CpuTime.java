package io.undermoon.dev.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * CPU time of a process, all threads, user and system. On Linux it comes from {@code /proc/<pid>/stat} (fields 14 and
 * 15) in ticks of 10 ms, elsewhere from the JDK's {@code ProcessHandle}.
 */
public final class CpuTime {
    /** The kernel shows times to programs in ticks of this many a second, whatever its own clock does (USER_HZ). */
    private static final int TICKS_PER_SECOND = 100;

    /** Fields of {@code /proc/<pid>/stat} after the command in parentheses, which may itself hold spaces. */
    private static final int USER_FIELD = 11;

    private static final int SYSTEM_FIELD = 12;

    private CpuTime() {}

    /** Zero if there is no such process or nothing is known of it. */
    public static Duration of(long pid) {
        Path stat = Path.of("/proc", Long.toString(pid), "stat");
        try {
            return Files.isReadable(stat) ? fromStat(Files.readString(stat)) : fromHandle(pid);
        } catch (IOException e) {
            return Duration.ZERO; // it ended while its entry was read
        }
    }

    static Duration fromStat(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long ticks = Long.parseLong(fields[USER_FIELD]) + Long.parseLong(fields[SYSTEM_FIELD]);
        return Duration.ofMillis(ticks * 1000 / TICKS_PER_SECOND);
    }

    private static Duration fromHandle(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(handle -> handle.info().totalCpuDuration())
                .orElse(Duration.ZERO);
    }
}
