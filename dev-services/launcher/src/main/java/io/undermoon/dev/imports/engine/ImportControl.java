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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What can be done about an import from another process than the one that runs it: all goes by way of the
 * destination.
 */
public final class ImportControl {
    private static final long PATIENCE_NANOS = 120_000_000_000L;
    private static final long LOOK_MILLIS = 100;

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
        boolean isRunning = !isDone && record.isRunning();
        List<String> lines = new ArrayList<>();
        lines.add("import    " + keys.name());
        lines.add("from      " + fields.getOrDefault(ImportRecord.FROM, "?"));
        lines.add("settings  " + fields.getOrDefault(ImportRecord.SETTINGS, "?"));
        lines.add("state     " + fields.getOrDefault(ImportRecord.STATE, "?")
                + (isDone ? "" : isRunning ? "" : "; nobody runs it now, `undermoon import run` continues it"));
        lines.add("attempt   " + fields.getOrDefault(ImportRecord.ATTEMPT, "?") + ", "
                + fields.getOrDefault(ImportRecord.WHO, "?"));
        lines.add("progress  " + fields.getOrDefault(ImportRecord.PROGRESS, "none yet"));
        String result = fields.getOrDefault(ImportRecord.RESULT, "");
        if (!result.isEmpty()) {
            lines.add("cut-over  " + result.substring(result.indexOf(' ') + 1));
        }
        return lines;
    }

    /** Asks for a cut-over and waits for how it ends: a text that begins with {@code done} or {@code refused}. */
    public String cutOver(CutOverRequest request) throws IOException, InterruptedException {
        if ("done".equals(read().get(ImportRecord.STATE))) {
            throw new LaunchException("the import '" + keys.name() + "' is done already");
        }
        if (!record.isRunning()) {
            throw new LaunchException("nobody runs the import '" + keys.name()
                    + "' now; continue it by `undermoon import run`, and cut over when it follows");
        }
        record.request(request.toString());
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (System.nanoTime() - end < 0) {
            String result = read().getOrDefault(ImportRecord.RESULT, "");
            if (result.startsWith(request.id() + " ")) {
                return result.substring(request.id().length() + 1);
            }
            Thread.sleep(LOOK_MILLIS);
        }
        throw new LaunchException(
                "no answer within two minutes; the request stays, and whoever runs the import will carry"
                        + " it out. `undermoon import release` takes it back.");
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
        if (!"done".equals(fields.get(ImportRecord.STATE)) && record.isRunning()) {
            throw new LaunchException("the import '" + keys.name() + "' is run by " + fields.get(ImportRecord.WHO)
                    + " at the moment; end that process first");
        }
        MarkerRemoval.run(target, keys);
        record.remove(false);
    }
}
