package io.undermoon.tls;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Looks at the files of a {@link TlsContext} from time to time, on a thread of its own. */
public final class TlsWatch implements AutoCloseable {
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "tls-reload");
        thread.setDaemon(true);
        return thread;
    });
    private final TlsContext context;
    private final Runnable onReload;
    private final Consumer<String> onProblem;
    private @Nullable String lastProblem;

    /**
     * @param interval between two looks
     * @param onReload told after changed files were taken
     * @param onProblem told, once for each, why changed files cannot be used
     */
    public TlsWatch(TlsContext context, Duration interval, Runnable onReload, Consumer<String> onProblem) {
        this.context = context;
        this.onReload = onReload;
        this.onProblem = onProblem;
        executor.scheduleWithFixedDelay(this::look, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        TlsContext.Outcome outcome = context.refresh();
        String problem = context.problem();
        if (outcome == TlsContext.Outcome.RELOADED) {
            onReload.run();
        } else if (problem != null && !Objects.equals(problem, lastProblem)) {
            onProblem.accept(problem);
        }
        lastProblem = problem;
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
