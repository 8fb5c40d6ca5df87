package io.undermoon.dev.imports.engine;

import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.dev.imports.ImportMode;
import io.undermoon.dev.imports.ImportPlan;
import io.undermoon.dev.imports.destination.ImportRecord;
import io.undermoon.dev.imports.destination.ImportRecord.TakenOverException;
import io.undermoon.dev.imports.destination.Marker;
import io.undermoon.dev.imports.destination.SlotScripts;
import io.undermoon.dev.imports.destination.Target;
import io.undermoon.dev.imports.source.Position;
import io.undermoon.dev.imports.source.SourceLayout;
import io.undermoon.dev.imports.wire.RefusedException;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.slot.Slot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An import from its beginning, or from where a former process has left it, to its end. Whatever goes wrong ends an
 * attempt, and the next one begins with what the slots of the destination say: nothing that this process remembers is
 * needed for that.
 */
public final class Importer {
    private static final long PAUSE_MILLIS = 500;
    private static final int MAX_TAKEOVERS = 20;
    private static final int MAX_STEP = 1 << 20;
    private static final Duration LOOK = Duration.ofSeconds(3);

    private final ImportPlan plan;
    private final Consumer<String> out;
    private final RequestAge age = new RequestAge();
    private boolean hasBegun;

    /** The highest number that was used here: a record that has lost its last changes must not have one used again. */
    private long lastAttempt;

    /** @param out takes lines for a person */
    public Importer(ImportPlan plan, Consumer<String> out) {
        this.plan = plan;
        this.out = out;
    }

    /** Returns when the import is done; it may take days. */
    public void run() throws InterruptedException {
        while (true) {
            try {
                if (attempt()) {
                    return;
                }
            } catch (TakenOverException e) {
                throw e.forUser();
            } catch (IOException e) {
                if (!hasBegun || e instanceof RefusedException && !isPassing(e)) {
                    throw new LaunchException(String.valueOf(e.getMessage()), e);
                }
                out.accept("interrupted, and continued in a moment: " + e.getMessage());
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    private static boolean isPassing(IOException e) {
        String text = String.valueOf(e.getMessage());
        return !text.contains("NOAUTH") && !text.contains("NOPERM") && !text.contains("WRONGPASS");
    }

    /** Whether the import is done. */
    private boolean attempt() throws IOException, InterruptedException {
        Target target = Target.discover(plan.to(), plan.toAccess());
        SourceSide source = new SourceSide(plan, SourceLayout.discover(plan.from(), plan.fromAccess()));
        source.requireOneDatabase();
        ImportRecord record = new ImportRecord(target, plan.keys());
        Map<String, String> fields = record.read();
        boolean isNew = fields.isEmpty();
        boolean isFirst = isNew && !hasBegun && plan.mode() == ImportMode.EMPTY;
        if (!hasBegun) {
            requireAllowed(record, fields, target);
        }
        Taken taken = take(target, record, fields);
        hasBegun = true;
        TreeMap<Long, String> checkpoints = ImportRecord.checkpoints(fields);
        long least =
                taken.markers().stream().mapToLong(Marker::checkpoint).min().orElse(0);
        // An older one is as good: its changes are read again.
        Map.@Nullable Entry<Long, String> start = least == 0 ? null : checkpoints.floorEntry(least);
        List<Position> positions = start == null ? List.of() : Checkpoint.positions(start.getValue());
        Map<HostPort, Position> known = source.known(positions);
        describe(source, known, isNew, least);
        long last = Math.max(
                checkpoints.isEmpty() ? 0 : checkpoints.lastKey(),
                taken.markers().stream().mapToLong(Marker::checkpoint).max().orElse(0));
        Counters counters = new Counters();
        Backlog backlog = new Backlog(taken.markers(), plan.maxWaitingBytes(), plan.spoolDirectory(), counters);
        Notices notices = new Notices(out);
        try (Attempt attempt = new Attempt(plan, source, target, backlog, notices, known, isFirst)) {
            attempt.start();
            return new ImportRun(
                            plan,
                            source,
                            target,
                            record,
                            taken.attempt(),
                            backlog,
                            attempt,
                            new Checkpoints(backlog, record, taken.attempt(), last),
                            new Progress(plan, source, backlog, counters, notices, out),
                            age)
                    .toEnd();
        }
    }

    private void requireAllowed(ImportRecord record, Map<String, String> fields, Target target) throws IOException {
        if (fields.isEmpty()) {
            long keys = plan.mode() == ImportMode.EMPTY ? new TargetSide(plan, target).keys() : 0;
            if (keys > 0) {
                throw new LaunchException(
                        "the destination has " + keys + " keys. Say --replace to have it become equal to"
                                + " the source: they go unless the source has them too. Or say --merge to keep"
                                + " those that the source does not have.");
            }
            return;
        }
        String settings = fields.getOrDefault(ImportRecord.SETTINGS, "");
        if (!settings.equals(plan.settings())) {
            throw new LaunchException(
                    "the import '" + plan.keys().name() + "' was begun with " + settings + ", and now it is "
                            + plan.settings()
                            + ". Continue it with the same options, remove it by `undermoon import forget`, or"
                            + " choose another --name.");
        }
        if ("done".equals(fields.get(ImportRecord.STATE))) {
            throw new LaunchException("the import '" + plan.keys().name() + "' is done. To import anew, remove it by"
                    + " `undermoon import forget`, or choose another --name.");
        }
        if (!plan.takeOver() && record.isRunning(LOOK)) {
            throw new LaunchException(
                    "the import '" + plan.keys().name() + "' is run by " + fields.get(ImportRecord.WHO)
                            + " at the moment. End that process, or say --take-over: it then ends by itself.");
        }
    }

    /** The number of an attempt, and the markers of all slots, which are its own. */
    private record Taken(long attempt, List<Marker> markers) {}

    /** Takes the record and all slots over. From then on nothing of former attempts has any effect. */
    private Taken take(Target target, ImportRecord record, Map<String, String> fields) throws IOException {
        long before = Long.parseLong(fields.getOrDefault(ImportRecord.ATTEMPT, "0"));
        long attempt = after(Math.max(before, lastAttempt));
        for (int i = 0; i < MAX_TAKEOVERS; i++) {
            Map<String, String> news = new HashMap<>();
            news.put(ImportRecord.FROM, plan.from().toString());
            news.put(ImportRecord.SETTINGS, plan.settings());
            news.put(ImportRecord.WHO, "process " + ProcessHandle.current().pid());
            news.put(ImportRecord.STATE, "beginning");
            lastAttempt = attempt;
            record.begin(before, attempt, news);
            List<Target.SlotCommand> commands = new ArrayList<>();
            for (int slot = 0; slot < Slot.COUNT; slot++) {
                commands.add(new Target.SlotCommand(slot, SlotScripts.take(plan.keys(), slot, attempt)));
            }
            List<Marker> markers = new ArrayList<>();
            long higher = 0;
            for (RespValue reply : target.call(commands)) {
                String text = Reply.text(reply);
                if (text.startsWith(SlotScripts.OTHER)) {
                    Marker other = Marker.parse(text.substring(SlotScripts.OTHER.length()));
                    higher = Math.max(higher, other == null ? 0 : other.attempt());
                } else {
                    markers.add(Objects.requireNonNull(Marker.parse(text)));
                }
            }
            if (higher == 0) {
                return new Taken(attempt, markers);
            }
            // The record has lost the last attempts in a failover, and slots have not.
            before = attempt;
            attempt = after(higher);
        }
        throw new TakenOverException("slots are taken over by others all the time");
    }

    /**
     * A higher number, by a random step: two processes that have seen the same record must not have the same number,
     * and the record alone does not see to it, as it may lose what the first of them has written.
     */
    private static long after(long attempt) {
        return attempt + ThreadLocalRandom.current().nextInt(1, MAX_STEP);
    }

    private void describe(SourceSide source, Map<HostPort, Position> known, boolean isNew, long checkpoint) {
        SourceLayout layout = source.layout();
        String what = layout.masters().size() + " master(s) of " + plan.from() + " ("
                + layout.kind().name().toLowerCase(java.util.Locale.ROOT) + ")";
        if (isNew) {
            out.accept("importing from " + what);
        } else if (known.size() == layout.masters().size()) {
            out.accept("continuing at checkpoint " + checkpoint + ", from " + what);
        } else {
            out.accept("continuing from " + what + "; " + (layout.masters().size() - known.size())
                    + " of them have to be copied as a whole");
        }
    }
}
