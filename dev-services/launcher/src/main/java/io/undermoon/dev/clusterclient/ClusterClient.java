package io.undermoon.dev.clusterclient;

import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespValue.Failure;
import io.undermoon.slot.Slot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/**
 * One client: sends a command to the node of its key, follows redirections, and never sends a command twice that may
 * have been executed. A lost connection is not hidden: the command is {@link Outcome.Unknown}. Without being
 * cluster-aware it treats redirections as errors. Not thread-safe.
 */
public final class ClusterClient implements AutoCloseable {
    private static final Command ASKING = Command.of("ASKING");
    private static final Command MULTI = Command.of("MULTI");
    private static final Command EXEC = Command.of("EXEC");
    private static final int MAX_HOPS = 8;
    private static final Duration MAX_TRYING_AGAIN = Duration.ofSeconds(10);
    private static final int TRY_AGAIN_MILLIS = 3;

    private final ClientSettings settings;
    private final Topology topology;
    private final Observer observer;
    private final Map<HostPort, NodeConnection> connections = new HashMap<>();
    private int seed;
    private boolean lookAgain;

    /** @param number which of the seeds it uses, where it uses them alone */
    public ClusterClient(ClientSettings settings, Topology topology, Observer observer, int number) {
        this.settings = settings;
        this.topology = topology;
        this.observer = observer;
        this.seed = number % settings.seeds().size();
    }

    /** @param key the command's key, or one of them */
    public Outcome call(String key, Command command) {
        return run(key, List.of(command));
    }

    /** The commands within {@code MULTI} and {@code EXEC}; the reply is the array of theirs. */
    public Outcome transaction(String key, List<Command> commands) {
        List<Command> all = new ArrayList<>(commands.size() + 2);
        all.add(MULTI);
        all.addAll(commands);
        all.add(EXEC);
        return run(key, all);
    }

    private Outcome run(String key, List<Command> commands) {
        long start = System.nanoTime();
        Outcome outcome = follow(Slot.of(key), commands, start);
        observer.done(outcome, System.nanoTime() - start);
        if (lookAgain) {
            // After the command, so that its latency does not include the refresh.
            lookAgain = false;
            topology.refreshSoon();
        }
        return outcome;
    }

    private Outcome follow(int slot, List<Command> commands, long start) {
        HostPort address = route(slot);
        boolean asking = false;
        int hops = 0;
        while (true) {
            NodeConnection connection;
            try {
                connection = connection(address);
            } catch (IOException e) {
                lost(address);
                return new Outcome.Refused("cannot connect to " + address + ": " + e.getMessage());
            }
            List<RespValue> replies;
            try {
                replies = exchange(connection, commands, asking);
            } catch (IOException e) {
                lost(address);
                return new Outcome.Unknown("connection to " + address + " lost: " + e.getMessage());
            }
            Optional<Redirection> redirection = Redirection.in(replies, address);
            if (redirection.isEmpty() || !settings.clusterAware()) {
                return outcome(replies);
            }
            Redirection to = redirection.get();
            observer.redirected(to.kind());
            boolean again = to.kind() == Redirection.Kind.TRYAGAIN;
            if (again ? System.nanoTime() - start > MAX_TRYING_AGAIN.toNanos() : ++hops > MAX_HOPS) {
                return new Outcome.Refused("redirected too often, at last by " + to.kind());
            }
            if (again) {
                pause();
            } else if (to.kind() == Redirection.Kind.MOVED) {
                topology.moved(slot, to.address());
                lookAgain = true;
            }
            asking = to.kind() == Redirection.Kind.ASK || (again && asking);
            address = to.address();
        }
    }

    private static List<RespValue> exchange(NodeConnection connection, List<Command> commands, boolean asking)
            throws IOException {
        if (!asking) {
            return connection.exchange(commands);
        }
        List<Command> all = new ArrayList<>(commands.size() + 1);
        all.add(ASKING);
        all.addAll(commands);
        List<RespValue> replies = connection.exchange(all);
        return replies.subList(1, replies.size());
    }

    /** The last reply counts; where a transaction was not executed, the error of one of its commands says why. */
    private static Outcome outcome(List<RespValue> replies) {
        RespValue last = replies.get(replies.size() - 1);
        if (last instanceof Failure failure) {
            String cause = replies.stream()
                    .filter(Failure.class::isInstance)
                    .map(reply -> ((Failure) reply).text())
                    .findFirst()
                    .orElse("");
            return failure.text().startsWith("EXECABORT")
                    ? new Outcome.Refused(cause)
                    : Outcome.ofError(failure.text());
        }
        boolean aborted = replies.size() > 1 && Reply.isNull(last);
        return aborted ? new Outcome.Refused("EXEC answered null") : new Outcome.Acknowledged(last);
    }

    private HostPort route(int slot) {
        HostPort any = settings.seeds().get(seed);
        return settings.clusterAware() ? topology.master(slot).orElse(any) : any;
    }

    private NodeConnection connection(HostPort address) throws IOException {
        NodeConnection present = connections.get(address);
        if (present == null) {
            present = NodeConnection.open(address, settings, false);
            connections.put(address, present);
        }
        return present;
    }

    private void lost(HostPort address) {
        NodeConnection connection = connections.remove(address);
        if (connection != null) {
            closeQuietly(connection);
        }
        seed = (seed + 1) % settings.seeds().size();
        lookAgain = true;
    }

    private static void pause() {
        try {
            Thread.sleep(TRY_AGAIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        }
    }

    private static void closeQuietly(NodeConnection connection) {
        try {
            connection.close();
        } catch (IOException e) {
            // The connection is not used any more, closed or not.
        }
    }

    @Override
    public void close() {
        connections.values().forEach(ClusterClient::closeQuietly);
        connections.clear();
    }
}
