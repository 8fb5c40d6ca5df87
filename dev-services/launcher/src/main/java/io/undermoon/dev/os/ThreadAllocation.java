package io.undermoon.dev.os;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many bytes the threads of another Java process have allocated, as the JDK's {@code jcmd <pid> Thread.print -e}
 * reports. The command pauses that process for a moment. The figures are rounded to 1 KB, and from 100 MB on to 1 MB,
 * for each thread.
 */
public final class ThreadAllocation {
    private static final Path JCMD = Programs.java().resolveSibling("jcmd");
    private static final int TIMEOUT_SECONDS = 10;
    private static final Pattern ALLOCATED = Pattern.compile(" allocated=(\\d+)([BKMG]) ");

    private ThreadAllocation() {}

    /** Empty where there is no {@code jcmd}, or the process is not a {@code java} that answers it. */
    public static OptionalLong of(long pid) {
        if (!Files.isExecutable(JCMD) || !isJava(pid)) {
            return OptionalLong.empty();
        }
        try {
            Path output = Files.createTempFile("threads", ".txt");
            output.toFile().deleteOnExit();
            Process process = new ProcessBuilder(JCMD.toString(), Long.toString(pid), "Thread.print", "-e")
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            return ended && process.exitValue() == 0
                    ? sum(Files.readString(output, StandardCharsets.UTF_8))
                    : OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalLong.empty();
        }
    }

    /** What asks a Java process to listen is a signal that would end another program. */
    private static boolean isJava(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(handle -> handle.info().command())
                .filter(command -> Path.of(command).endsWith(Programs.java().getFileName()))
                .isPresent();
    }

    /** Empty if no thread says what it allocated. */
    static OptionalLong sum(String threads) {
        Matcher matcher = ALLOCATED.matcher(threads);
        long bytes = 0;
        boolean found = false;
        while (matcher.find()) {
            found = true;
            bytes += Long.parseLong(matcher.group(1)) << shift(matcher.group(2).charAt(0));
        }
        return found ? OptionalLong.of(bytes) : OptionalLong.empty();
    }

    private static int shift(char unit) {
        return switch (unit) {
            case 'K' -> 10;
            case 'M' -> 20;
            case 'G' -> 30;
            default -> 0;
        };
    }
}
