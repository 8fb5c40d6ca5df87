package io.undermoon.system.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;

/** Some {@link ClientProgram}s: prepared while the system starts, then run side by side with a load. */
public final class ClientPrograms implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Collection<ClientProgram> programs;
    private final Map<ClientLanguage, CompletableFuture<Optional<String>>> preparations =
            new EnumMap<>(ClientLanguage.class);
    private List<ClientRun> loads = List.of();

    public ClientPrograms(Collection<ClientProgram> programs) {
        this.programs = List.copyOf(programs);
    }

    /** Begins to fetch libraries and to build programs. */
    public void prepare() {
        for (ClientProgram program : programs) {
            preparations.computeIfAbsent(
                    program.language(),
                    language -> CompletableFuture.supplyAsync(() -> prepare(language), this::inThreadOfItsOwn));
        }
    }

    private static Optional<String> prepare(ClientLanguage language) {
        try {
            return language.prepare();
        } catch (IOException | InterruptedException e) {
            throw new CompletionException(e);
        }
    }

    private void inThreadOfItsOwn(Runnable task) {
        new Thread(task).start();
    }

    /**
     * Has the cluster grow and shrink while the loads go on, and fails if one of them has seen an error.
     *
     * @param steps of each load before, between and after
     */
    public void requireNoErrorWhileScaled(ClusterOperator operator, int large, int small, int steps)
            throws IOException, InterruptedException {
        awaitSteps(steps);
        for (int nodes : List.of(large, small)) {
            operator.scaleTo(nodes);
            operator.awaitStable();
            awaitSteps(steps);
        }
        operator.freeNodes();
        awaitSteps(steps);
        SoftAssertions.assertSoftly(softly -> loads().forEach(
                        run -> softly.assertThat(run.errors()).as(run.output()).isEmpty()));
    }

    /** Waits for that, because compilers would take the processor from clients with short timeouts. */
    public void awaitPrepared() {
        CompletableFuture.allOf(preparations.values().toArray(CompletableFuture[]::new))
                .exceptionally(failure -> null)
                .join();
    }

    /**
     * What a program needs and this machine lacks; empty if it can be run.
     *
     * @throws CompletionException if it cannot be built
     */
    public Optional<String> missing(ClientProgram program) {
        return preparations.get(program.language()).join();
    }

    /** Starts those that can be run with a load. */
    public void startLoads(Path output, String seeds) throws IOException {
        List<ClientRun> runs = new ArrayList<>();
        for (ClientProgram program : programs) {
            CompletableFuture<Optional<String>> preparation = preparations.get(program.language());
            if (!preparation.isCompletedExceptionally() && preparation.join().isEmpty()) {
                runs.add(program.start(output, seeds, "load"));
            }
        }
        loads = runs;
    }

    public List<ClientRun> loads() {
        return loads;
    }

    /** Ends the load of a program, if it has been started. */
    public void end(ClientProgram program) throws IOException, InterruptedException {
        for (ClientRun run : loads) {
            if (run.program() == program) {
                run.end();
            }
        }
    }

    /** Waits until every load that goes on has done so many more steps than now. */
    public void awaitSteps(int steps) {
        awaitForAll("clients go on", steps, run -> run.tally().done());
    }

    /** Waits until every load that goes on has done so many more steps than now, without an error in between. */
    public void awaitStepsWithoutError(int steps) {
        awaitForAll("clients go on without errors", steps, ClientRun::doneInARow);
    }

    private void awaitForAll(String what, int steps, ToLongFunction<ClientRun> done) {
        Map<ClientRun, Long> wanted = loads.stream()
                .filter(run -> !run.ended())
                .collect(Collectors.toMap(run -> run, run -> done.applyAsLong(run) + steps));
        await(what)
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(wanted)
                        .allSatisfy((run, least) -> assertThat(done.applyAsLong(run))
                                .as(run.output())
                                .isGreaterThanOrEqualTo(least)));
    }

    @Override
    public void close() {
        loads.forEach(ClientRun::close);
    }
}
