package io.undermoon.dev.bench;

import io.undermoon.dev.os.Programs;
import io.undermoon.dev.plan.LaunchException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;

/** The program {@code redis-benchmark} that comes with Redis: the load everyone knows. */
final class RedisBenchmark {
    /** redis-benchmark retries without a limit and without a message where nothing listens. */
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private static final String RATE_COLUMN = "rps";

    private final Path program;

    private RedisBenchmark(Path program) {
        this.program = program;
    }

    /** Empty if it is not installed. */
    static Optional<RedisBenchmark> installed() {
        return Programs.onPath("redis-benchmark").map(RedisBenchmark::new);
    }

    /** Whether it can make this load: it sends one kind of command at a time. */
    static boolean canDo(Workload workload) {
        return !workload.redisBenchmarkArguments(1).isEmpty();
    }

    /**
     * @param commands how many to send in all
     * @return commands per second
     */
    double run(LoadTarget target, Cell cell, long commands) {
        try {
            Path output = Files.createTempFile("redis-benchmark", ".csv");
            output.toFile().deleteOnExit();
            Process process = new ProcessBuilder(commandLine(target, cell, commands))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            awaitEnd(process, target);
            return rate(Files.readString(output, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new LaunchException("cannot run " + program + ": " + e.getMessage(), e);
        }
    }

    private List<String> commandLine(LoadTarget target, Cell cell, long commands) {
        List<String> line = new ArrayList<>(List.of(program.toString()));
        line.addAll(List.of("-h", target.address().host()));
        line.addAll(List.of("-p", String.valueOf(target.address().port())));
        line.addAll(List.of("-c", String.valueOf(cell.connections())));
        line.addAll(List.of("-P", String.valueOf(cell.pipeline())));
        line.addAll(List.of("-n", String.valueOf(commands)));
        line.addAll(List.of("-r", String.valueOf(cell.keys()), "--csv"));
        line.addAll(cell.workload().redisBenchmarkArguments(cell.valueBytes()));
        return line;
    }

    private static void awaitEnd(Process process, LoadTarget target) {
        try {
            if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                throw new LaunchException("redis-benchmark against " + target.name() + " did not end within "
                        + TIMEOUT.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        } finally {
            process.destroyForcibly();
        }
    }

    /**
     * Commands per second as the CSV says: a line of column names, then one of values, all in double quotes. Lines
     * before them, such as warnings, are skipped.
     *
     * @throws LaunchException if there is no such line; it shows the text
     */
    static double rate(String csv) {
        List<String> lines = csv.lines().toList();
        for (int i = 0; i + 1 < lines.size(); i++) {
            int column = fields(lines.get(i)).indexOf(RATE_COLUMN);
            List<String> values = fields(lines.get(i + 1));
            if (column >= 0 && column < values.size()) {
                return number(values.get(column), csv);
            }
        }
        throw new LaunchException("redis-benchmark did not say how fast it was: " + csv.strip());
    }

    private static double number(String text, String csv) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new LaunchException("redis-benchmark said a rate of '" + text + "': " + csv.strip(), e);
        }
    }

    /** The command, which is the first field, may hold commas; it holds no quotes. */
    private static List<String> fields(String line) {
        String inner = line.strip();
        if (inner.length() < 2 || inner.charAt(0) != '"' || inner.charAt(inner.length() - 1) != '"') {
            return List.of();
        }
        return List.of(inner.substring(1, inner.length() - 1).split("\",\"", -1));
    }
}
