package io.undermoon.system.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A running {@link ClientProgram}. It prints a line for each check, and twice a second one that says how its load goes.
 */
public final class ClientRun implements AutoCloseable {
    private static final int TIMEOUT_MINUTES = 2;
    private static final Pattern TALLY = Pattern.compile("# done=(\\d+) errors=(\\d+) lost=(\\d+)");

    private final ClientProgram program;
    private final Process process;
    private final Path output;
    private boolean ended;

    ClientRun(ClientProgram program, Process process, Path output) {
        this.program = program;
        this.process = process;
        this.output = output;
    }

    /** What the load has come to: steps done, steps that ended with an error, acknowledged writes that were missing. */
    public record Tally(long done, long errors, long lost) {
        static final Tally NONE = new Tally(0, 0, 0);
    }

    public Tally tally() {
        List<Tally> tallies = tallies();
        return tallies.isEmpty() ? Tally.NONE : tallies.get(tallies.size() - 1);
    }

    /** Steps that were done since the last error. */
    public long doneInARow() {
        Tally last = tally();
        return tallies().stream()
                .filter(tally -> tally.errors() == last.errors())
                .findFirst()
                .map(calm -> last.done() - calm.done())
                .orElse(0L);
    }

    private List<Tally> tallies() {
        return output().lines()
                .map(TALLY::matcher)
                .filter(Matcher::matches)
                .map(match -> new Tally(
                        Long.parseLong(match.group(1)), Long.parseLong(match.group(2)), Long.parseLong(match.group(3))))
                .toList();
    }

    /** Ends its input, which makes it stop its load, and waits until it ends. */
    public ClientRun end() throws IOException, InterruptedException {
        ended = true;
        process.getOutputStream().close();
        assertThat(process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES))
                .as("%s ends:%n%s", program, output())
                .isTrue();
        return this;
    }

    boolean ended() {
        return ended;
    }

    /**
     * The errors of the load, a line each, without those that the library makes itself when a node leaves: node-redis
     * closes its connection at once, also with commands in flight.
     */
    public List<String> errors() {
        return output().lines()
                .filter(line -> line.startsWith("# error in "))
                .filter(line -> program != ClientProgram.NODE_REDIS || !line.endsWith("Error: Disconnects client"))
                .toList();
    }

    /** All it has printed so far. */
    public String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines about checks that have failed. */
    public List<String> failures() {
        return output().lines().filter(line -> line.startsWith("not ok")).toList();
    }

    public int exitCode() {
        return process.exitValue();
    }

    public ClientProgram program() {
        return program;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    @Override
    public String toString() {
        return program + " " + tally();
    }
}
