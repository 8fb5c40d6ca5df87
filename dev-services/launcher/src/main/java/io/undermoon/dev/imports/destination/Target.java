package io.undermoon.dev.imports.destination;

import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.imports.wire.Access;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.dev.imports.wire.ServerUri;
import io.undermoon.dev.imports.wire.SlotOwners;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Failure;
import io.undermoon.slot.Slot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who serves the slots of the destination, as far as it is known at the moment. Thread-safe. */
public final class Target {
    private static final long LEAST_INTERVAL_NANOS = 100_000_000;
    private static final long PATIENCE_NANOS = 60_000_000_000L;
    private static final int PIPELINE = 1024;
    private static final long PAUSE_MILLIS = 50;

    private final ServerUri uri;
    private final Access access;
    private volatile SlotOwners owners;
    private volatile long askedNanos;

    private Target(ServerUri uri, Access access, SlotOwners owners) {
        this.uri = uri;
        this.access = access;
        this.owners = owners;
        this.askedNanos = System.nanoTime();
    }

    /** @throws IOException if no server of it answers */
    public static Target discover(ServerUri uri, Access access) throws IOException {
        return new Target(uri, access, ask(new LinkedHashSet<>(uri.servers()), access));
    }

    private static SlotOwners ask(Set<HostPort> servers, Access access) throws IOException {
        IOException failure = new IOException("no server is named");
        for (HostPort server : servers) {
            try (RedisConnection connection = RedisConnection.open(server, access)) {
                SlotOwners told = SlotOwners.ask(connection);
                if (!told.all().isEmpty()) {
                    return told;
                }
                failure = new IOException(server + " knows of no slots");
            } catch (IOException e) {
                failure = e;
            }
        }
        throw failure;
    }

    public SlotOwners owners() {
        return owners;
    }

    public RedisConnection open(HostPort server) throws IOException {
        return RedisConnection.open(server, access);
    }

    /** Asks again who serves what, unless that was done a moment ago; changes nothing when nobody answers. */
    public void refresh() {
        synchronized (this) {
            if (System.nanoTime() - askedNanos < LEAST_INTERVAL_NANOS) {
                return;
            }
            askedNanos = System.nanoTime();
        }
        Set<HostPort> servers = new LinkedHashSet<>(owners.all());
        servers.addAll(uri.servers());
        try {
            owners = ask(servers, access);
        } catch (IOException e) {
            // The next command that fails asks again.
        }
    }

    /** A command and the slot of its keys. */
    public record SlotCommand(int slot, Command command) {}

    /**
     * The replies to commands for slots, which may be executed twice: what fails for a reason that passes is sent
     * again for a minute.
     *
     * @throws IOException if a command still fails
     * @throws LaunchException if the user may not execute a command
     */
    public List<RespValue> call(List<SlotCommand> commands) throws IOException {
        @Nullable RespValue[] replies = new @Nullable RespValue[commands.size()];
        long end = System.nanoTime() + PATIENCE_NANOS;
        String problem = "";
        while (true) {
            Map<HostPort, List<Integer>> open = new LinkedHashMap<>();
            SlotOwners now = owners;
            for (int i = 0; i < replies.length; i++) {
                HostPort owner = now.owner(commands.get(i).slot());
                if (replies[i] == null && owner != null) {
                    open.computeIfAbsent(owner, server -> new ArrayList<>()).add(i);
                } else if (replies[i] == null) {
                    problem = "slot " + commands.get(i).slot() + " is served by nobody";
                }
            }
            for (Map.Entry<HostPort, List<Integer>> server : open.entrySet()) {
                String trouble = exchange(server.getKey(), server.getValue(), commands, replies);
                problem = trouble.isEmpty() ? problem : trouble;
            }
            if (isComplete(replies)) {
                List<RespValue> all = new ArrayList<>(replies.length);
                for (@Nullable RespValue reply : replies) {
                    all.add(java.util.Objects.requireNonNull(reply));
                }
                return all;
            }
            if (System.nanoTime() - end > 0) {
                throw new IOException("the destination does not answer as it should: " + problem);
            }
            pause();
            refresh();
        }
    }

    private static boolean isComplete(@Nullable RespValue[] replies) {
        for (@Nullable RespValue reply : replies) {
            if (reply == null) {
                return false;
            }
        }
        return true;
    }

    /** The reply to one command for the slot of a key. */
    public RespValue call(String key, Object... words) throws IOException {
        return call(List.of(new SlotCommand(Slot.of(key), Command.of(words)))).get(0);
    }

    /** What went wrong, if anything. */
    private String exchange(
            HostPort server, List<Integer> indexes, List<SlotCommand> commands, @Nullable RespValue[] replies) {
        String problem = "";
        try (RedisConnection connection = open(server)) {
            for (int from = 0; from < indexes.size(); from += PIPELINE) {
                List<Integer> part = indexes.subList(from, Math.min(indexes.size(), from + PIPELINE));
                List<RespValue> answers = connection.exchange(
                        part.stream().map(i -> commands.get(i).command()).toList());
                for (int i = 0; i < part.size(); i++) {
                    if (answers.get(i) instanceof Failure failure
                            && failure.text().startsWith("NOPERM")) {
                        throw new LaunchException("the destination refuses what has to be written to it: " + server
                                + ": " + failure.text() + "; the documentation says which rights its user needs");
                    } else if (answers.get(i) instanceof Failure failure) {
                        problem = server + ": " + failure.text();
                    } else {
                        replies[part.get(i)] = answers.get(i);
                    }
                }
            }
        } catch (IOException e) {
            problem = String.valueOf(e.getMessage());
        }
        return problem;
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
