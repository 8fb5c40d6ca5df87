package io.undermoon.dev.imports.engine;

import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.dev.imports.ImportPlan;
import io.undermoon.dev.imports.destination.ImportRecord;
import io.undermoon.dev.imports.destination.Marker;
import io.undermoon.dev.imports.destination.SlotScripts;
import io.undermoon.dev.imports.destination.Target;
import io.undermoon.dev.imports.source.Position;
import io.undermoon.dev.imports.source.SourceLayout;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.dev.imports.wire.Replies;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Failure;
import io.undermoon.slot.Slot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Ends an import: holds the writers of the source, has the source refuse further writes, waits until all it has is in
 * the destination, and lets go. If that takes too long everything is as before, and it is tried again. What the
 * source has to be set back to is in the record before anything is changed, so whoever comes after this process can
 * do it.
 */
final class CutOver {
    private static final int TRIES = 5;
    private static final long BETWEEN_MILLIS = 500;
    static final int MOST_OPEN = 5000;

    /** More replicas than a master ever has: it refuses writes with {@code NOREPLICAS}, and answers reads. */
    private static final String NEVER = "1000000";

    private static final String REPLICAS = "min-replicas-to-write";

    /** How it ended, in words that follow on "cut-over". */
    record Outcome(boolean done, String text) {}

    private final ImportPlan plan;
    private final SourceSide source;
    private final Target target;
    private final ImportRecord record;
    private final long attempt;
    private final Backlog backlog;
    private final Progress progress;

    CutOver(
            ImportPlan plan,
            SourceSide source,
            Target target,
            ImportRecord record,
            long attempt,
            Backlog backlog,
            Progress progress) {
        this.plan = plan;
        this.source = source;
        this.target = target;
        this.record = record;
        this.attempt = attempt;
        this.backlog = backlog;
        this.progress = progress;
    }

    Outcome run(CutOverRequest request) throws IOException, InterruptedException {
        Map<HostPort, RedisConnection> masters = new LinkedHashMap<>();
        Map<HostPort, RedisConnection> doors = new LinkedHashMap<>();
        try {
            for (HostPort master : source.layout().masters()) {
                masters.put(master, source.open(master));
            }
            for (HostPort door : source.layout().doors()) {
                doors.put(door, source.open(door));
            }
            return run(request, masters, doors);
        } finally {
            masters.values().forEach(RedisConnection::close);
            doors.values().forEach(RedisConnection::close);
        }
    }

    private Outcome run(
            CutOverRequest request, Map<HostPort, RedisConnection> masters, Map<HostPort, RedisConnection> doors)
            throws IOException, InterruptedException {
        boolean fences = !request.leaveWritable() && !request.writersStopped();
        Map<HostPort, String> former = fences ? formerSettings(masters) : Map.of();
        String problem = "";
        for (int i = 0; i < TRIES; i++) {
            if (i > 0) {
                Thread.sleep(BETWEEN_MILLIS);
            }
            if (backlog.failure() != null) {
                // The next attempt carries the request out.
                break;
            }
            if (backlog.changesOpen() > MOST_OPEN) {
                problem = backlog.changesOpen() + " changes are not in the destination yet";
                continue;
            }
            long start = System.nanoTime();
            boolean done = false;
            try {
                problem = hold(request, doors);
                if (!problem.isEmpty()) {
                    return new Outcome(false, "refused: " + problem);
                }
                if (fences) {
                    setAll(masters, former.keySet().stream().collect(Collectors.toMap(m -> m, m -> NEVER)));
                }
                done = isApplied(masters, start + request.holdMillis() * 1_000_000L);
            } finally {
                if (!done && fences) {
                    setAll(masters, former);
                }
                if (!request.writersStopped()) {
                    letGo(doors);
                }
            }
            long heldMillis = (System.nanoTime() - start) / 1_000_000;
            if (done) {
                requireMarkers();
                return new Outcome(true, success(request, heldMillis, fences, former));
            }
            progress.say("not all was in the destination after " + heldMillis + " ms; writers go on");
            problem = "what is written while writers are held does not get to the destination within "
                    + request.holdMillis() + " ms (tried " + (i + 1) + " times); allow more by --hold";
        }
        if (fences) {
            record.update(attempt, Map.of(ImportRecord.FENCE, ""));
        }
        return new Outcome(false, "refused: " + problem);
    }

    private String success(CutOverRequest request, long heldMillis, boolean fences, Map<HostPort, String> former) {
        String held = request.writersStopped() ? "" : ", writers were held for " + heldMillis + " ms";
        String then = fences
                ? ". The source refuses writes (" + REPLICAS + ", before: " + former.values() + ");"
                        + " `undermoon import release` has it take them again"
                : request.leaveWritable()
                        ? ". The source takes writes, and what it takes from now on is not copied"
                        : "";
        return "done: all that the source had is in the destination" + held + then;
    }

    /** What a former try has noted, or else what is set. It is in the record before this returns. */
    private Map<HostPort, String> formerSettings(Map<HostPort, RedisConnection> masters) throws IOException {
        Map<HostPort, String> noted = parse(record.read().getOrDefault(ImportRecord.FENCE, ""));
        Map<HostPort, String> former = new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
        for (Map.Entry<HostPort, RedisConnection> master : masters.entrySet()) {
            Map<String, String> set = Replies.pairs(master.getValue().demand("CONFIG", "GET", REPLICAS));
            String known = noted.get(master.getKey());
            former.put(master.getKey(), known == null ? set.getOrDefault(REPLICAS, "0") : known);
        }
        record.update(attempt, Map.of(ImportRecord.FENCE, text(former)));
        return former;
    }

    private static String text(Map<HostPort, String> settings) {
        return settings.entrySet().stream()
                .map(setting -> setting.getKey() + "=" + setting.getValue())
                .collect(Collectors.joining(" "));
    }

    /** The settings of masters that a record has. */
    static Map<HostPort, String> parse(String text) {
        Map<HostPort, String> settings = new LinkedHashMap<>();
        for (String word : text.split(" ", -1)) {
            int equals = word.lastIndexOf('=');
            if (equals > 0) {
                settings.put(HostPort.parse(word.substring(0, equals)), word.substring(equals + 1));
            }
        }
        return settings;
    }

    private static void setAll(Map<HostPort, RedisConnection> masters, Map<HostPort, String> values)
            throws IOException {
        for (Map.Entry<HostPort, RedisConnection> master : masters.entrySet()) {
            master.getValue().demand("CONFIG", "SET", REPLICAS, values.getOrDefault(master.getKey(), "0"));
        }
    }

    /** Why writers cannot be held; empty if they are. They are let go by themselves if this process ends. */
    private static String hold(CutOverRequest request, Map<HostPort, RedisConnection> doors) throws IOException {
        if (request.writersStopped()) {
            return "";
        }
        List<Command> pause = List.of(Command.of("CLIENT", "PAUSE", 5 * request.holdMillis() + 1000, "WRITE"));
        for (RedisConnection door : doors.values()) {
            door.send(pause);
        }
        String problem = "";
        for (RedisConnection door : doors.values()) {
            if (door.receive(1).get(0) instanceof Failure failure) {
                problem = door.address() + " does not hold its writers: " + failure.text()
                        + ". Stop whoever writes to the source, then say --writers-stopped";
            }
        }
        return problem;
    }

    private static void letGo(Map<HostPort, RedisConnection> doors) throws IOException {
        for (RedisConnection door : doors.values()) {
            // An error means that it could not be held in the first place.
            door.call("CLIENT", "UNPAUSE");
        }
    }

    private boolean isApplied(Map<HostPort, RedisConnection> masters, long endNanos)
            throws IOException, InterruptedException {
        Map<HostPort, Long> ends = offsets(masters);
        while (System.nanoTime() - endNanos < 0) {
            if (backlog.failure() != null) {
                return false;
            }
            boolean reached = backlog.isEmpty();
            for (Map.Entry<HostPort, Long> end : ends.entrySet()) {
                Position position = backlog.position(end.getKey());
                reached &= position != null && position.offset() >= end.getValue();
            }
            // Emptiness is looked at again, as changes may have come before the position did.
            if (reached && backlog.isEmpty()) {
                if (source.layout().kind() != SourceLayout.Kind.UNDERMOON) {
                    return true;
                }
                // Commands that a proxy had sent to its node before it held writers may come later.
                Map<HostPort, Long> now = offsets(masters);
                if (now.equals(ends)) {
                    return true;
                }
                ends = now;
            }
            Thread.sleep(1);
        }
        return false;
    }

    private static Map<HostPort, Long> offsets(Map<HostPort, RedisConnection> masters) throws IOException {
        Map<HostPort, Long> offsets = new LinkedHashMap<>();
        for (Map.Entry<HostPort, RedisConnection> master : masters.entrySet()) {
            offsets.put(master.getKey(), SourceSide.offset(master.getValue()));
        }
        return offsets;
    }

    /** Whether the destination still has all that it has confirmed: it may have lost something in a failover. */
    private void requireMarkers() throws IOException {
        List<Target.SlotCommand> commands = new ArrayList<>();
        List<Command> reads = SlotScripts.read(plan.keys());
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            commands.add(new Target.SlotCommand(slot, reads.get(slot)));
        }
        List<RespValue> replies = target.call(commands);
        List<Marker> markers = backlog.markers();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            String found = Reply.isNull(replies.get(slot)) ? "none" : Reply.text(replies.get(slot));
            if (!found.equals(markers.get(slot).toString())) {
                throw new StaleSlotException(
                        "slot " + slot + " of the destination has the marker " + found + " instead of "
                                + markers.get(slot) + "; the cut-over is tried again when it has been copied",
                        false);
            }
        }
    }
}
