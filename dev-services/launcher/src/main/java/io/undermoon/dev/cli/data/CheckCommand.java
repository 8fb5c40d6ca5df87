package io.undermoon.dev.cli.data;

import io.undermoon.dev.check.CheckPlan;
import io.undermoon.dev.check.ConsistencyCheck;
import io.undermoon.dev.check.Findings;
import io.undermoon.dev.check.Keyspace;
import io.undermoon.dev.check.Verdict;
import io.undermoon.dev.check.workload.Workloads;
import io.undermoon.dev.clusterclient.ClientSettings;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.plan.UsageException;
import io.undermoon.metadata.HostPort;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code undermoon check}: checks that a cluster keeps what it acknowledges. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Writes to a cluster with many clients at once, remembers what was acknowledged, and compares everything in"
                    + " the end with what the masters and their replicas have. Meanwhile scale it, or break it.",
            "Any cluster that speaks Redis Cluster will do, and a single redis-server too. Keys begin with check: and"
                    + " are removed afterwards, unless something is wrong with them."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:passed", "1:failed", "2:wrong options"})
public final class CheckCommand implements Callable<Integer> {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Option(
            names = "--seed",
            required = true,
            split = ",",
            paramLabel = "HOST:PORT",
            description = "Nodes to begin with.")
    private List<String> seeds = List.of();

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "60s",
            description = "How long to write: 90s, 10m, 2h (default: ${DEFAULT-VALUE}).")
    private String duration = "";

    @Option(
            names = "--writers",
            paramLabel = "N",
            defaultValue = "8",
            description = "Threads that write, each with connections of its own (default: ${DEFAULT-VALUE}).")
    private int writers;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "5000",
            description =
                    "Steps a second of all writers together at most, each one command or two; 0 for no limit (default:"
                            + " ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--active-redirection",
            description =
                    "Be a client without cluster support: send everything to a seed, and take a redirection for an"
                            + " error.")
    private boolean activeRedirection;

    @Option(names = "--seed-number", paramLabel = "N", description = "Repeat the commands of another run.")
    private @Nullable Long seedNumber;

    @Option(names = "--password", paramLabel = "TEXT", description = "For AUTH.")
    private @Nullable String password;

    @Option(names = "--large", description = "Write values of 64 MB too.")
    private boolean large;

    @Option(
            names = "--allow-errors",
            description = "Only count errors that clients see, as when a machine is switched off.")
    private boolean allowErrors;

    @Option(names = "--masters-only", description = "Do not compare replicas.")
    private boolean mastersOnly;

    @Option(
            names = {"--settle-timeout", "--patience"},
            paramLabel = "TIME",
            defaultValue = "30s",
            description = "How long masters may take to be readable, and replicas to catch up, in the end (default:"
                    + " ${DEFAULT-VALUE}).")
    private String settleTimeout = "";

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "5s",
            description = "Without a reply for so long, a command counts as failed (default: ${DEFAULT-VALUE}).")
    private String timeout = "";

    @Option(names = "--keep", description = "Leave the keys there.")
    private boolean keep;

    @Override
    public Integer call() {
        Duration time = duration("--duration", duration);
        long seed = seedNumber == null ? new SplittableRandom().nextLong(Integer.MAX_VALUE) : seedNumber;
        CheckPlan plan = plan(seed);
        Keyspace keys = new Keyspace(Long.toString(System.currentTimeMillis(), Character.MAX_RADIX), seed);
        Findings findings = new Findings();
        Progress progress = new Progress(System.out);
        try (ConsistencyCheck check =
                new ConsistencyCheck(plan, keys, Workloads.all(keys, findings, writers, large), findings)) {
            progress.step("seed number " + seed + ", keys " + keys.prefix() + "*");
            check.start();
            write(check, time, progress);
            check.stopWriting();
            progress.step("comparing");
            Verdict verdict = check.verify();
            System.out.println(verdict);
            return verdict.passed() ? 0 : 1;
        }
    }

    private CheckPlan plan(long seed) {
        ClientSettings settings = new ClientSettings(
                seeds.stream().map(this::address).toList(),
                password,
                duration("--timeout", timeout),
                !activeRedirection);
        return new CheckPlan(
                settings,
                writers,
                seed,
                rate,
                large,
                allowErrors,
                !mastersOnly,
                duration("--settle-timeout", settleTimeout),
                keep);
    }

    private static void write(ConsistencyCheck check, Duration time, Progress progress) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            pause(Math.min(SECOND.toMillis(), 1 + (end - System.nanoTime()) / 1_000_000));
            progress.step(check.progress());
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(Math.max(1, millis));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        }
    }

    private HostPort address(String text) {
        try {
            return HostPort.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--seed: " + e.getMessage());
        }
    }

    /** Reads {@code 90s}, {@code 1.5s}, {@code 10m}, {@code 1h30m}. */
    private Duration duration(String option, String text) {
        try {
            Duration duration = Duration.parse("PT" + text);
            if (duration.toMillis() > 0) {
                return duration;
            }
        } catch (DateTimeParseException e) {
            // Reported below.
        }
        throw new UsageException(option + " " + text + " is not a time such as 90s, 10m, 2h");
    }
}
