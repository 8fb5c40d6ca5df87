package io.undermoon.dev.bench.failover;

import io.undermoon.dev.plan.LaunchException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A port that passes all connections on to another, until it is cut: then nothing is passed on and no connection ends,
 * as on a network that loses everything. Two threads for each connection.
 */
final class Relay implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 << 10;
    private static final int BACKLOG = 128;

    private final int target;
    private final int port;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile ServerSocket server;
    private volatile @Nullable Thread acceptor;
    private volatile boolean isCut;

    private Relay(ServerSocket server, int target) {
        this.server = server;
        this.target = target;
        this.port = server.getLocalPort();
    }

    /** Listens on a port of the loopback address that passes on to another one, where something may listen later. */
    static Relay to(int port) {
        try {
            Relay relay = new Relay(listenAt(0), port);
            relay.begin();
            return relay;
        } catch (IOException e) {
            throw new LaunchException("cannot listen: " + e.getMessage(), e);
        }
    }

    private static ServerSocket listenAt(int port) throws IOException {
        return new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
    }

    private void begin() {
        ServerSocket listening = server;
        acceptor = run("relay-" + target, () -> accept(listening));
    }

    int port() {
        return port;
    }

    /** Refuses connections, as the address of a process that has ended does. */
    void refuse() {
        Thread accepting = acceptor;
        try {
            server.close();
            if (accepting != null) {
                // The socket listens until its last user has let go of it.
                accepting.join();
            }
        } catch (IOException e) {
            throw new LaunchException("cannot stop listening: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        }
    }

    void cut() {
        isCut = true;
    }

    /** Listens and passes on again; what was lost meanwhile stays lost, so the connections of before end. */
    void restore() {
        sockets.forEach(Relay::closeQuietly);
        isCut = false;
        if (server.isClosed()) {
            try {
                server = listenAt(port);
            } catch (IOException e) {
                throw new LaunchException("cannot listen: " + e.getMessage(), e);
            }
            begin();
        }
    }

    private void accept(ServerSocket listening) {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                sockets.add(client);
                run("relay-connection", () -> connect(client));
            } catch (IOException e) {
                // The relay is closed, or a connection has ended before it was accepted.
            }
        }
    }

    private void connect(Socket client) {
        if (isCut) {
            return;
        }
        Socket onward = new Socket();
        try {
            client.setTcpNoDelay(true);
            onward.setTcpNoDelay(true);
            sockets.add(onward);
            onward.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
            run("relay-back", () -> pass(onward, client));
            pass(client, onward);
        } catch (IOException e) {
            close(client, onward);
        }
    }

    private void pass(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (!isCut) {
                    out.write(buffer, 0, length);
                }
            }
        } catch (IOException e) {
            // One of them has ended.
        }
        if (!isCut) {
            close(from, to);
        }
    }

    private void close(Socket one, Socket other) {
        sockets.remove(one);
        sockets.remove(other);
        closeQuietly(one);
        closeQuietly(other);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more, closed or not.
        }
    }

    private static Thread run(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            // The port goes with this process.
        }
        sockets.forEach(Relay::closeQuietly);
    }
}
