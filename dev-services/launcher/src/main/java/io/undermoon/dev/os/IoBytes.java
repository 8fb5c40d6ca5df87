package io.undermoon.dev.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a process has read, from sockets and files alike: {@code rchar} of {@code /proc/<pid>/io}. */
public final class IoBytes {
    private static final String READ = "rchar:";

    private IoBytes() {}

    /** Bytes; -1 where the system does not tell. */
    public static long readBy(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "io")).stream()
                    .filter(line -> line.startsWith(READ))
                    .mapToLong(
                            line -> Long.parseLong(line.substring(READ.length()).strip()))
                    .findFirst()
                    .orElse(-1);
        } catch (IOException e) {
            return -1;
        }
    }
}
