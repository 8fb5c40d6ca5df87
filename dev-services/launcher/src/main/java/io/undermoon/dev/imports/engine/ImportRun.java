package io.undermoon.dev.imports.engine;

import io.undermoon.dev.imports.ImportPlan;
import io.undermoon.dev.imports.destination.ImportRecord;
import io.undermoon.dev.imports.destination.ImportRecord.TakenOverException;
import io.undermoon.dev.imports.destination.MarkerRemoval;
import io.undermoon.dev.imports.destination.Target;
import io.undermoon.dev.imports.source.SourceLayout;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What the thread of an import does while an attempt goes on: checkpoints, signs of life, requests. */
final class ImportRun {
    private static final long STEP_MILLIS = 50;
    private static final long BEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long GRACE_SECONDS = 10;
    private static final long MAX_BEHIND_BYTES = 1 << 20;
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final ImportPlan plan;
    private final SourceSide source;
    private final Target target;
    private final ImportRecord record;
    private final long number;
    private final Backlog backlog;
    private final Attempt attempt;
    private final Checkpoints checkpoints;
    private final Progress progress;
    private final RequestAge age;
    private final String life = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    private boolean isCopied;
    private long beats;
    private long beatNanos = System.nanoTime() - BEAT_NANOS;
    private long lookNanos = System.nanoTime();

    ImportRun(
            ImportPlan plan,
            SourceSide source,
            Target target,
            ImportRecord record,
            long number,
            Backlog backlog,
            Attempt attempt,
            Checkpoints checkpoints,
            Progress progress,
            RequestAge age) {
        this.plan = plan;
        this.source = source;
        this.target = target;
        this.record = record;
        this.number = number;
        this.backlog = backlog;
        this.attempt = attempt;
        this.checkpoints = checkpoints;
        this.progress = progress;
        this.age = age;
    }

    /** Whether the import is done; false to begin another attempt at once. */
    boolean toEnd() throws IOException, InterruptedException {
        long firstNumber = checkpoints.last();
        while (true) {
            requireWell();
            if (!isCopied && attempt.isLive() && backlog.isEmpty()) {
                isCopied = true;
                progress.sayCopied();
            }
            checkpoints.step(source.layout().masters());
            if (System.nanoTime() - beatNanos > BEAT_NANOS) {
                beatNanos = System.nanoTime();
                String request = beat();
                if (!request.isEmpty() && serve(request)) {
                    return true;
                }
            }
            if (System.nanoTime() - lookNanos > LOOK_NANOS) {
                lookNanos = System.nanoTime();
                target.refresh();
                if (sourceHasChanged()) {
                    progress.say("the masters of the source have changed");
                    return false;
                }
            }
            if (plan.once() && attempt.isLive() && backlog.isEmpty() && checkpoints.last() > firstNumber) {
                beat();
                progress.say(
                        "all that the source had is in the destination; `run` without --once follows it from here");
                return true;
            }
            Thread.sleep(STEP_MILLIS);
        }
    }

    private void requireWell() throws IOException {
        Exception failure = backlog.failure();
        if (failure == null) {
            return;
        }
        if (failure instanceof StaleSlotException stale && stale.isTakenOver()) {
            throw new TakenOverException(String.valueOf(stale.getMessage()));
        }
        if (failure instanceof IOException problem) {
            throw problem;
        }
        if (failure instanceof RuntimeException problem) {
            throw problem;
        }
        throw new IllegalStateException(failure);
    }

    /** Says that this process lives, and how it goes. Returns what it is asked to do. */
    private String beat() throws IOException {
        Map<String, String> fields = new HashMap<>();
        fields.put(ImportRecord.BEAT, life + "-" + ++beats);
        fields.put(ImportRecord.STATE, attempt.isLive() ? "following" : "copying");
        fields.put(ImportRecord.PROGRESS, progress.text(attempt.isLive(), checkpoints.last()));
        return record.update(number, fields);
    }

    /** Carries a cut-over out, or says what it still has to wait for. Returns whether the import is done. */
    private boolean serve(String text) throws IOException, InterruptedException {
        CutOverRequest request = CutOverRequest.parse(text);
        long seconds = age.seconds(request.id());
        String missing = missing();
        if (!missing.isEmpty() && seconds > request.waitSeconds() + GRACE_SECONDS) {
            // Whoever asked takes it back, unless it has ended.
            answer(request, "refused: after " + seconds + " s there is still to wait for " + missing, false);
            return false;
        }
        String state = missing.isEmpty() ? ImportRecord.STARTED : missing;
        String now = record.update(number, Map.of(ImportRecord.WAITING, request.id() + " " + state));
        if (!missing.isEmpty() || !now.equals(text)) {
            // Not yet, or it was taken back.
            return false;
        }
        CutOver.Outcome outcome = new CutOver(plan, source, target, record, number, backlog, progress).run(request);
        requireWell();
        boolean done = outcome.done();
        answer(request, outcome.text(), done);
        if (done) {
            attempt.close();
            MarkerRemoval.run(target, plan.keys());
            record.remove(true);
        }
        return done;
    }

    private void answer(CutOverRequest request, String text, boolean done) throws IOException {
        progress.say("cut-over " + text);
        Map<String, String> fields = new HashMap<>();
        fields.put(ImportRecord.REQUEST, "");
        fields.put(ImportRecord.WAITING, "");
        fields.put(ImportRecord.RESULT, request.id() + " " + text);
        if (done) {
            fields.put(ImportRecord.STATE, "done");
        }
        record.update(number, fields);
    }

    /** What is to be waited for before a cut-over makes sense; empty for nothing. */
    private String missing() {
        String missing = attempt.missing();
        if (!missing.isEmpty()) {
            return missing;
        }
        long behind = progress.behindBytes();
        if (behind < 0) {
            return "the masters of the source to say how far they are";
        }
        return behind > MAX_BEHIND_BYTES || backlog.changesOpen() > CutOver.MOST_OPEN
                ? "the changes of the source: it is behind by " + behind + " bytes and " + backlog.changesOpen()
                        + " keys"
                : "";
    }

    private boolean sourceHasChanged() {
        try {
            SourceLayout now = SourceLayout.discover(plan.from(), plan.fromAccess());
            return !now.masters().equals(source.layout().masters())
                    || !now.readers().equals(source.layout().readers());
        } catch (IOException e) {
            progress.trouble("source: " + e.getMessage());
            return false;
        }
    }
}
