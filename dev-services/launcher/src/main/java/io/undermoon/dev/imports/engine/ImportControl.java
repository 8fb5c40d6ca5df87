package io.undermoon.dev.imports.engine;

import io.undermoon.dev.imports.destination.ImportKeys;
import io.undermoon.dev.imports.destination.ImportRecord;
import io.undermoon.dev.imports.destination.MarkerRemoval;
import io.undermoon.dev.imports.destination.Target;
import io.undermoon.dev.imports.wire.Access;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.dev.imports.wire.ServerUri;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What can be done about an import from another process than the one that runs it: all goes by way of the
 * destination.
 */
public final class ImportControl {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration LOOK = Duration.ofSeconds(3);

    /** Where one who has to wait anyhow waits longer: between two attempts of a busy process no sign of life comes. */
    private static final Duration LONG_LOOK = Duration.ofSeconds(20);

    private static final long LOOK_MILLIS = 100;
    private static final long SHOW_NANOS = 2_000_000_000L;

    private final ImportKeys keys;
    private final Target target;
    private final ImportRecord record;

    private ImportControl(ImportKeys keys, Target target) {
        this.keys = keys;
        this.target = target;
        this.record = new ImportRecord(target, keys);
    }

    public static ImportControl of(ServerUri to, Access access, ImportKeys keys) throws IOException {
        return new ImportControl(keys, Target.discover(to, access));
    }

    private Map<String, String> read() throws IOException {
        Map<String, String> fields = record.read();
        if (fields.isEmpty()) {
            throw new LaunchException("the destination knows of no import '" + keys.name() + "'");
        }
        return fields;
    }

    /** Lines for a person. */
    public List<String> status() throws IOException {
        Map<String, String> fields = read();
        boolean isDone = "done".equals(fields.get(ImportRecord.STATE));
        boolean isRunning = !isDone && record.isRunning(LOOK);
        List<String> lines = new ArrayList<>();
        lines.add("import    " + keys.name());
        lines.add("from      " + fields.getOrDefault(ImportRecord.FROM, "?"));
        lines.add("settings  " + fields.getOrDefault(ImportRecord.SETTINGS, "?"));
        lines.add("state     " + fields.getOrDefault(ImportRecord.STATE, "?")
                + (isDone ? "" : isRunning ? "" : "; nobody runs it now, `undermoon import run` continues it"));
        lines.add("run by    " + fields.getOrDefault(ImportRecord.WHO, "?"));
        lines.add("progress  " + fields.getOrDefault(ImportRecord.PROGRESS, "none yet"));
        String result = fields.getOrDefault(ImportRecord.RESULT, "");
        if (!result.isEmpty()) {
            lines.add("cut-over  " + result.substring(result.indexOf(' ') + 1));
        }
        return lines;
    }

    /**
     * Asks for a cut-over and waits for how it ends: a text that begins with {@code done} or {@code refused}.
     *
     * @param progress is told what it waits for
     */
    public String cutOver(CutOverRequest request, Consumer<String> progress) throws IOException, InterruptedException {
        Duration patience = Duration.ofSeconds(request.waitSeconds());
        if ("done".equals(read().get(ImportRecord.STATE))) {
            throw new LaunchException("the import '" + keys.name() + "' is done already");
        }
        if (!record.isRunning(LONG_LOOK)) {
            throw new LaunchException("nobody runs the import '" + keys.name()
                    + "' now; continue it by `undermoon import run`, and cut over when it follows");
        }
        record.request(request.toString());
        String answer = answer(request, patience, progress);
        String reason = answer.isEmpty() ? waiting(request) : "";
        if (answer.isEmpty() && record.withdraw(request.id(), request.toString())) {
            return "refused: after " + patience.toSeconds() + " s "
                    + (reason.isEmpty()
                            ? "whoever runs the import has not answered"
                            : "there is still to wait for " + reason)
                    + "; see `undermoon import status`";
        }
        answer = answer.isEmpty() ? answer(request, PATIENCE, progress) : answer;
        if (answer.isEmpty()) {
            throw new LaunchException("no answer within " + PATIENCE.toSeconds() + " s; whoever runs the import has"
                    + " begun the cut-over, see `undermoon import status`. `undermoon import release` takes it back.");
        }
        return answer;
    }

    /** Empty if there is none in time. */
    private String answer(CutOverRequest request, Duration patience, Consumer<String> progress)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        long shownNanos = System.nanoTime() - SHOW_NANOS;
        while (System.nanoTime() - end < 0) {
            String result = read().getOrDefault(ImportRecord.RESULT, "");
            if (result.startsWith(request.id() + " ")) {
                return result.substring(request.id().length() + 1);
            }
            String reason = waiting(request);
            if (!reason.isEmpty() && System.nanoTime() - shownNanos > SHOW_NANOS) {
                progress.accept("waiting for " + reason);
                shownNanos = System.nanoTime();
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return "";
    }

    /** What whoever runs the import waits for before it begins the cut-over; empty for nothing. */
    private String waiting(CutOverRequest request) throws IOException {
        String waiting = read().getOrDefault(ImportRecord.WAITING, "");
        String reason = waiting.startsWith(request.id() + " ")
                ? waiting.substring(request.id().length() + 1)
                : "";
        return reason.equals(ImportRecord.STARTED) ? "" : reason;
    }

    /** Gives the masters of the source the settings back that they had before the cut-over. */
    public List<String> release(Access source) throws IOException {
        Map<HostPort, String> former = CutOver.parse(read().getOrDefault(ImportRecord.FENCE, ""));
        record.request("");
        List<String> lines = new ArrayList<>();
        for (Map.Entry<HostPort, String> master : former.entrySet()) {
            try (RedisConnection connection = RedisConnection.open(master.getKey(), source)) {
                connection.demand("CONFIG", "SET", "min-replicas-to-write", master.getValue());
            }
            lines.add(master.getKey() + ": min-replicas-to-write " + master.getValue());
        }
        if (lines.isEmpty()) {
            lines.add("the source was not changed");
        }
        return lines;
    }

    /** Removes the record and the markers. */
    public void forget() throws IOException {
        Map<String, String> fields = read();
        if (!"done".equals(fields.get(ImportRecord.STATE)) && record.isRunning(LOOK)) {
            throw new LaunchException("the import '" + keys.name() + "' is run by " + fields.get(ImportRecord.WHO)
                    + " at the moment; end that process first");
        }
        MarkerRemoval.run(target, keys);
        record.remove(false);
    }
}
