package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.resp.Protocol;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The one connection of an event loop to a Redis node or peer proxy in one protocol, shared by all clients of the loop
 * that speak it. One client's commands to a node are never reordered.
 *
 * <p>When the connection fails, every command without a reply fails, with an error that says whether it was written; no
 * command is sent again. The connection reconnects by itself, after a pause that grows from {@value #MIN_PAUSE_MILLIS}
 * to {@value #MAX_PAUSE_MILLIS} ms, until it is retired; commands are refused during the pause.
 *
 * <p>Owned by its loop: every method is called on it.
 */
public final class SharedConnection extends BackendConnection implements NodeConnection {
    private static final Logger LOG = Logger.getLogger(SharedConnection.class);
    private static final long MIN_PAUSE_MILLIS = 50;
    private static final long MAX_PAUSE_MILLIS = 2000;

    /** After a refused protocol: the node may be replaced by one of a newer version. */
    private static final long PROTOCOL_PAUSE_MILLIS = 30_000;

    /** A connection that ends sooner counts as a failed attempt: a node may refuse clients after the handshake. */
    private static final long MIN_LIFE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** After a login at a run of the node that may not serve yet; it usually may a moment later. */
    private static final long WITHHELD_PAUSE_MILLIS = 100;

    private boolean protocolRefused;
    private boolean withheld;
    private long pauseMillis = MIN_PAUSE_MILLIS;
    private long readySinceNanos;
    private long unreadySinceNanos = System.nanoTime();

    SharedConnection(ProxyLoop loop, Endpoint endpoint, Access access, Protocol protocol, boolean underLease) {
        super(loop, endpoint, access, protocol, loop.settings().replyTimeoutMillis(), underLease);
        connect();
    }

    /** Whether the connection is gone and will not be made again. */
    boolean isClosed() {
        return isRetired() && problem() != null;
    }

    /** Whether the last attempt to connect showed that the other side does not speak the protocol. */
    public boolean isProtocolRefused() {
        return protocolRefused;
    }

    /** Whether an attempt to connect is under way, which will show whether the other side speaks the protocol. */
    public boolean isConnecting() {
        return problem() == null && !isReady();
    }

    /** When the connection was lost or first attempted, as {@link System#nanoTime}; means nothing while it is ready. */
    public long unreadySinceNanos() {
        return unreadySinceNanos;
    }

    @Override
    public void send(CommandFrame frame, ReplyReceiver receiver) {
        if (accept(receiver)) {
            write(frame);
        }
    }

    /**
     * Sends a command also while the node is busy, when others are refused: its reply shows that all commands before it
     * are answered.
     */
    public void sendBehindAll(CommandFrame frame, ReplyReceiver receiver) {
        if (isReady()) {
            queueReceiver(receiver);
            write(frame);
        } else {
            send(frame, receiver);
        }
    }

    @Override
    public void sendForwarded(CommandFrame frame, int hopsLeft, ReplyReceiver receiver) {
        if (accept(receiver)) {
            frame.writeWrapped(buffer(), "UMFORWARD", hopsLeft);
        }
    }

    @Override
    public void sendAll(ByteBuf commands, int count, ReplyReceiver others, ReplyReceiver last) {
        if (acceptAll(count, others, last)) {
            buffer().writeBytes(commands, commands.readerIndex(), commands.readableBytes());
        }
    }

    @Override
    void onReady() {
        readySinceNanos = System.nanoTime();
        protocolRefused = false;
    }

    @Override
    boolean isPatient() {
        return true;
    }

    @Override
    void loggedIn(@Nullable String unrestricted) {
        super.loggedIn(unrestricted);
        if (unrestricted != null && pauseMillis == MIN_PAUSE_MILLIS) {
            LOG.warnf(
                    "Scripts of clients have all rights of the proxy at a node: node=%s user=%s reason=%s",
                    endpoint(), access().user(), unrestricted);
        }
    }

    @Override
    void connectFailed(String reason) {
        loop.stats().add(Counter.BACKEND_CONNECT_FAILURES, 1);
        if (pauseMillis == MIN_PAUSE_MILLIS) {
            LOG.warnf("Cannot connect to a node: node=%s reason=%s", endpoint(), reason);
        }
        disconnected(reason);
    }

    @Override
    void protocolRefused() {
        LOG.warnf("A node does not speak the protocol: node=%s protocol=%s", endpoint(), protocol());
        protocolRefused = true;
        pauseMillis = PROTOCOL_PAUSE_MILLIS;
    }

    @Override
    void runWithheld() {
        withheld = true;
    }

    @Override
    void onDisconnected(String reason, boolean wasReady, BackendFailure failure) {
        long now = System.nanoTime();
        unreadySinceNanos = wasReady ? now : unreadySinceNanos;
        if (wasReady && now - readySinceNanos >= MIN_LIFE_NANOS) {
            pauseMillis = MIN_PAUSE_MILLIS;
        }
        if (wasReady && !isRetired()) {
            loop.stats().add(Counter.BACKEND_CONNECTIONS_LOST, 1);
            if (pauseMillis == MIN_PAUSE_MILLIS) {
                LOG.warnf("Connection to a node lost: node=%s in_flight=%d reason=%s", endpoint(), inFlight(), reason);
            }
        }
        failAll(failure);
        if (isRetired()) {
            return;
        }
        if (failure.isFinal()) {
            // The node has not failed: commands of the next lease need not wait.
            reconnect();
        } else if (withheld) {
            withheld = false;
            loop.eventLoop().schedule(this::reconnect, WITHHELD_PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            loop.eventLoop().schedule(this::reconnect, pauseMillis, TimeUnit.MILLISECONDS);
            pauseMillis = protocolRefused ? MIN_PAUSE_MILLIS : Math.min(MAX_PAUSE_MILLIS, pauseMillis * 2);
        }
    }

    private void reconnect() {
        if (!isRetired()) {
            connect();
        }
    }
}
