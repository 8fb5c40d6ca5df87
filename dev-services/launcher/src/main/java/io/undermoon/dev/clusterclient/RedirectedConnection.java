package io.undermoon.dev.clusterclient;

import io.undermoon.metadata.HostPort;
import io.undermoon.resp.RespValue;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A connection that moves to the node that a {@code MOVED} or {@code ASK} error names and sends the command there
 * again, as {@code redis-cli -c} does. After an {@link IOException} the next command opens a new connection. Not
 * thread-safe.
 */
public final class RedirectedConnection implements AutoCloseable {
    private static final Command ASKING = Command.of("ASKING");
    private static final int MAX_HOPS = 8;

    private final ClientSettings settings;
    private final Consumer<HostPort> onRedirection;
    private HostPort address;
    private NodeConnection connection;

    private RedirectedConnection(
            ClientSettings settings, Consumer<HostPort> onRedirection, HostPort address, NodeConnection connection) {
        this.settings = settings;
        this.onRedirection = onRedirection;
        this.address = address;
        this.connection = connection;
    }

    /**
     * Connects to the first seed that accepts.
     *
     * @param onRedirection told the new address before the command is sent there
     * @throws IOException if no seed accepts; it says why for each
     */
    public static RedirectedConnection open(ClientSettings settings, Consumer<HostPort> onRedirection)
            throws IOException {
        IOException failure = null;
        for (HostPort seed : settings.seeds()) {
            try {
                return new RedirectedConnection(settings, onRedirection, seed, connect(seed, settings));
            } catch (IOException e) {
                IOException next = new IOException("cannot connect to " + seed + ": " + e.getMessage(), e);
                if (failure != null) {
                    next.addSuppressed(failure);
                }
                failure = next;
            }
        }
        throw failure == null ? new IOException("no address is given") : failure;
    }

    /** The node that the last command was sent to. */
    public HostPort address() {
        return address;
    }

    /** The reply, which is an error where a node answers so; redirections are followed. */
    public RespValue call(Command command) throws IOException {
        boolean asking = false;
        for (int hops = 0; ; hops++) {
            RespValue reply = exchange(command, asking);
            Optional<Redirection> redirection =
                    Redirection.in(List.of(reply), address).filter(to -> to.kind() != Redirection.Kind.TRYAGAIN);
            if (redirection.isEmpty() || hops == MAX_HOPS) {
                return reply;
            }
            asking = redirection.get().kind() == Redirection.Kind.ASK;
            onRedirection.accept(redirection.get().address());
            moveTo(redirection.get().address());
        }
    }

    /** Waits for the next message, as of a subscription. */
    public RespValue receive() throws IOException {
        return connection.receive();
    }

    private RespValue exchange(Command command, boolean asking) throws IOException {
        try {
            List<RespValue> replies = connection.exchange(asking ? List.of(ASKING, command) : List.of(command));
            return replies.get(replies.size() - 1);
        } catch (IOException e) {
            IOException lost = new IOException("connection to " + address + " lost: " + e.getMessage(), e);
            try {
                moveTo(address);
            } catch (IOException again) {
                lost.addSuppressed(again);
            }
            throw lost;
        }
    }

    private void moveTo(HostPort target) throws IOException {
        connection.close();
        address = target;
        connection = connect(target, settings);
    }

    private static NodeConnection connect(HostPort address, ClientSettings settings) throws IOException {
        NodeConnection connection = NodeConnection.open(address, settings, false);
        connection.waitWithoutLimit();
        return connection;
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
