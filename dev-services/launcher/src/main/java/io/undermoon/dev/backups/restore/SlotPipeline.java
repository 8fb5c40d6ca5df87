package io.undermoon.dev.backups.restore;

import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.imports.destination.Target;
import io.undermoon.dev.imports.destination.Target.SlotCommand;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.dev.imports.wire.RefusedException;
import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Failure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends many commands at once, each to who serves its slot, and again what was certainly not executed. Not
 * thread-safe.
 */
final class SlotPipeline implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long PAUSE_MILLIS = 50;

    /** Errors that say that nothing was executed and that it may be otherwise soon. */
    private static final List<String> PASSING =
            List.of("MOVED", "ASK", "CLUSTERDOWN", "TRYAGAIN", "LOADING", "MASTERDOWN");

    /** Errors after which a command that may be executed twice is sent again. */
    private static final List<String> PASSING_IF_REPEATABLE = List.of("NOREPLICAS", "READONLY");

    private final Target target;
    private final Map<HostPort, RedisConnection> connections = new HashMap<>();

    SlotPipeline(Target target) {
        this.target = target;
    }

    /**
     * The replies, none of them an error.
     *
     * @param repeatable whether executing a command twice does no harm; else a lost connection is an error
     * @throws RefusedException with the words of the server
     */
    List<RespValue> call(List<SlotCommand> commands, boolean repeatable) throws IOException, InterruptedException {
        @Nullable RespValue[] replies = new @Nullable RespValue[commands.size()];
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            String problem = round(commands, replies, repeatable);
            if (problem.isEmpty()) {
                List<RespValue> all = new ArrayList<>(replies.length);
                for (@Nullable RespValue reply : replies) {
                    all.add(Objects.requireNonNull(reply));
                }
                return all;
            }
            if (System.nanoTime() - end > 0) {
                throw new IOException("the destination does not answer as it should: " + problem);
            }
            Thread.sleep(PAUSE_MILLIS);
            target.refresh();
        }
    }

    /** Asks for all replies that are missing; returns why some still are, if so. */
    private String round(List<SlotCommand> commands, @Nullable RespValue[] replies, boolean repeatable)
            throws IOException {
        String problem = "";
        Map<HostPort, List<Integer>> open = new LinkedHashMap<>();
        for (int i = 0; i < replies.length; i++) {
            if (replies[i] == null) {
                HostPort owner = target.owners().owner(commands.get(i).slot());
                if (owner == null) {
                    problem = "slot " + commands.get(i).slot() + " is served by nobody";
                } else {
                    open.computeIfAbsent(owner, server -> new ArrayList<>()).add(i);
                }
            }
        }
        // All are asked before the first is waited for.
        for (Map.Entry<HostPort, List<Integer>> part : open.entrySet()) {
            List<Command> sent =
                    part.getValue().stream().map(i -> commands.get(i).command()).toList();
            try {
                connection(part.getKey()).send(sent);
            } catch (IOException e) {
                problem = lost(part.getKey(), e, repeatable);
            }
        }
        for (Map.Entry<HostPort, List<Integer>> part : open.entrySet()) {
            RedisConnection connection = connections.get(part.getKey());
            try {
                for (int index : part.getValue()) {
                    if (connection != null) {
                        RespValue reply = connection.receive(1).get(0);
                        if (reply instanceof Failure failure) {
                            problem = refused(part.getKey(), failure.text(), repeatable);
                        } else {
                            replies[index] = reply;
                        }
                    }
                }
            } catch (RefusedException e) {
                throw e;
            } catch (IOException e) {
                problem = lost(part.getKey(), e, repeatable);
            }
        }
        return problem;
    }

    private static String refused(HostPort server, String error, boolean repeatable) throws RefusedException {
        if (PASSING.stream().anyMatch(error::startsWith)
                || repeatable && PASSING_IF_REPEATABLE.stream().anyMatch(error::startsWith)) {
            return server + ": " + error;
        }
        throw new RefusedException(server + ": " + error);
    }

    private String lost(HostPort server, IOException reason, boolean repeatable) throws IOException {
        RedisConnection connection = connections.remove(server);
        if (connection != null) {
            connection.close();
            if (!repeatable) {
                throw new IOException(
                        server + ": " + reason.getMessage() + "; it is not known what was executed", reason);
            }
        }
        return server + ": " + reason.getMessage();
    }

    private RedisConnection connection(HostPort server) throws IOException {
        RedisConnection connection = connections.get(server);
        if (connection == null) {
            connection = target.open(server);
            connections.put(server, connection);
        }
        return connection;
    }

    @Override
    public void close() {
        connections.values().forEach(RedisConnection::close);
        connections.clear();
    }
}
