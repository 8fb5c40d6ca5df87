package io.undermoon.dev.imports.engine;

import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.dev.imports.destination.ImportKeys;
import io.undermoon.dev.imports.destination.Marker;
import io.undermoon.dev.imports.destination.SlotBatch;
import io.undermoon.dev.imports.destination.SlotScripts;
import io.undermoon.dev.imports.destination.Target;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.dev.imports.wire.SlotOwners;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes batches to the destination, many at a time, each to who serves its slot. A batch of which the outcome is not
 * known is sent again: its marker has it executed once. Has a thread and connections of its own; several work side by
 * side.
 */
final class SlotWriter implements Runnable {
    private static final int MAX_BATCHES = 256;
    private static final int MAX_BYTES = 512 << 10;
    private static final long PAUSE_MILLIS = 20;
    private static final List<String> FINAL = List.of("NOAUTH", "NOPERM", "WRONGPASS");

    private final Backlog backlog;
    private final Target target;
    private final ImportKeys keys;
    private final Throttle throttle;
    private final Notices notices;
    private final Map<HostPort, RedisConnection> connections = new HashMap<>();

    /** Who has forgotten the script since it was loaded, as after a failover. */
    private final Set<HostPort> withoutScript = new HashSet<>();

    SlotWriter(Backlog backlog, Target target, ImportKeys keys, Throttle throttle, Notices notices) {
        this.backlog = backlog;
        this.target = target;
        this.keys = keys;
        this.throttle = throttle;
        this.notices = notices;
    }

    @Override
    public void run() {
        try {
            while (true) {
                List<SlotBatch> batches = backlog.nextBatches(MAX_BATCHES, MAX_BYTES);
                throttle.await(batches.stream().mapToLong(SlotBatch::bytes).sum());
                if (!write(batches)) {
                    Thread.sleep(PAUSE_MILLIS);
                    target.refresh();
                }
            }
        } catch (EndedException | InterruptedException e) {
            // The attempt has ended.
        } catch (IOException | RuntimeException e) {
            backlog.fail(e);
        } finally {
            connections.values().forEach(RedisConnection::close);
        }
    }

    /** Whether all went well; what did not is in the backlog again. */
    private boolean write(List<SlotBatch> batches) throws IOException {
        SlotOwners owners = target.owners();
        Map<HostPort, List<SlotBatch>> byOwner = new LinkedHashMap<>();
        boolean well = true;
        for (SlotBatch batch : batches) {
            HostPort owner = owners.owner(batch.slot());
            if (owner == null) {
                notices.destination("slot " + batch.slot() + " is served by nobody");
                backlog.again(batch);
                well = false;
            } else {
                byOwner.computeIfAbsent(owner, server -> new ArrayList<>()).add(batch);
            }
        }
        // All are asked before the first is waited for.
        for (Map.Entry<HostPort, List<SlotBatch>> part : byOwner.entrySet()) {
            try {
                send(part.getKey(), part.getValue());
            } catch (IOException e) {
                lost(part.getKey(), e);
            }
        }
        for (Map.Entry<HostPort, List<SlotBatch>> part : byOwner.entrySet()) {
            well &= receive(part.getKey(), part.getValue());
        }
        return well;
    }

    private void send(HostPort owner, List<SlotBatch> batches) throws IOException {
        RedisConnection connection = connections.get(owner);
        if (connection == null) {
            connection = target.open(owner);
            connections.put(owner, connection);
            connection.demand(SlotScripts.load().arguments().toArray());
            withoutScript.remove(owner);
        }
        boolean known = !withoutScript.contains(owner);
        List<Command> commands = batches.stream()
                .map(batch -> SlotScripts.write(keys, batch, known))
                .toList();
        connection.send(commands);
    }

    private boolean receive(HostPort owner, List<SlotBatch> batches) throws IOException {
        RedisConnection connection = connections.get(owner);
        int done = 0;
        boolean well = connection != null;
        try {
            while (connection != null && done < batches.size()) {
                RespValue reply = connection.receive(1).get(0);
                well &= settle(owner, batches.get(done), reply);
                done++;
            }
        } catch (IOException e) {
            if (e instanceof StaleSlotException) {
                throw e;
            }
            lost(owner, e);
            well = false;
        }
        batches.subList(done, batches.size()).forEach(backlog::again);
        return well;
    }

    private boolean settle(HostPort owner, SlotBatch batch, RespValue reply) throws IOException {
        if (reply instanceof Failure failure) {
            return refused(owner, batch, failure.text());
        }
        String text = Reply.text(reply);
        if (text.equals(SlotScripts.DONE)) {
            backlog.written(batch);
            return true;
        }
        String found = text.startsWith(SlotScripts.OTHER) ? text.substring(SlotScripts.OTHER.length()) : text;
        Marker marker = Marker.parse(found);
        throw new StaleSlotException(
                "slot " + batch.slot() + " of the destination has the marker " + found + " instead of "
                        + batch.before(),
                marker != null && marker.attempt() > batch.before().attempt());
    }

    private boolean refused(HostPort owner, SlotBatch batch, String error) {
        int notTaken = error.indexOf(SlotScripts.NOT_TAKEN);
        if (notTaken >= 0) {
            throw notTaken(batch, error.substring(notTaken + SlotScripts.NOT_TAKEN.length()));
        }
        if (FINAL.stream().anyMatch(error::startsWith)) {
            throw new LaunchException("the destination refuses the import: " + error
                    + " (its user needs +eval +evalsha +script +get +set +restore +unlink on all keys)");
        }
        if (error.startsWith("NOSCRIPT")) {
            withoutScript.add(owner);
        } else {
            notices.destination(owner + ": " + error);
        }
        backlog.again(batch);
        return false;
    }

    private static LaunchException notTaken(SlotBatch batch, String error) {
        String[] words = error.split(" ", 2);
        String key = "?";
        try {
            key = new String(batch.entries().get(Integer.parseInt(words[0])).key(), StandardCharsets.UTF_8);
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            // The error says it without the key.
        }
        return new LaunchException("the destination does not take the value of the key '" + key + "': "
                + words[words.length - 1] + ". Are its servers older than those of the source, or lack a module?"
                + " Upgrade them, or leave such keys out by --exclude.");
    }

    private void lost(HostPort owner, IOException reason) {
        notices.destination(String.valueOf(reason.getMessage()));
        RedisConnection connection = connections.remove(owner);
        if (connection != null) {
            connection.close();
        }
    }
}
