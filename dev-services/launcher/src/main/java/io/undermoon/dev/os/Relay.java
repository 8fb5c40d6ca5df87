package io.undermoon.dev.os;

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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A port that passes all connections on to that of a service, but for what is cut: that waits, and no connection ends
 * or is refused meanwhile, as on a network that loses everything. Two threads for each connection.
 */
public final class Relay implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 << 10;
    private static final int BACKLOG = 128;

    private final String service;
    private final int target;
    private final NetworkCuts cuts;
    private final Function<Socket, String> clients;
    private final int port;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile ServerSocket server;
    private volatile @Nullable Thread acceptor;

    private Relay(ServerSocket server, String service, int target, NetworkCuts cuts, Function<Socket, String> clients) {
        this.server = server;
        this.service = service;
        this.target = target;
        this.cuts = cuts;
        this.clients = clients;
        this.port = server.getLocalPort();
    }

    /**
     * Listens on a port of the loopback address that passes on to another one, where something may listen later.
     *
     * @param service which listens there
     * @param clients the service at the other end of a connection; asked when something is cut
     */
    public static Relay to(String service, int port, NetworkCuts cuts, Function<Socket, String> clients) {
        try {
            Relay relay = new Relay(listenAt(0), service, port, cuts, clients);
            relay.begin();
            return relay;
        } catch (IOException e) {
            throw cannotListen(e);
        }
    }

    private static ServerSocket listenAt(int port) throws IOException {
        return new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
    }

    private static LaunchException cannotListen(IOException e) {
        return new LaunchException("cannot listen: " + e.getMessage(), e);
    }

    private void begin() {
        ServerSocket listening = server;
        acceptor = run("relay-" + service, () -> accept(listening));
    }

    public int port() {
        return port;
    }

    /** The port that it passes on to. */
    public int target() {
        return target;
    }

    /** Refuses connections, as the address of a process that has ended does. */
    public void refuse() {
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

    /** Listens again; no effect if it does. */
    public void listen() {
        if (server.isClosed()) {
            try {
                server = listenAt(port);
            } catch (IOException e) {
                throw cannotListen(e);
            }
            begin();
        }
    }

    /** Ends all connections. */
    public void disconnect() {
        sockets.forEach(Relay::closeQuietly);
    }

    private void accept(ServerSocket listening) {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                sockets.add(client);
                run("relay-connection", () -> connect(new Connection(client)));
            } catch (IOException e) {
                // The relay is closed, or a connection has ended before it was accepted.
            }
        }
    }

    /** Who it belongs to is found out when it matters. */
    private final class Connection {
        private final Socket client;
        private final Socket onward = new Socket();
        private @Nullable String name;

        Connection(Socket client) {
            this.client = client;
        }

        synchronized String name() {
            String known = name;
            if (known == null) {
                known = clients.apply(client);
                name = known;
            }
            return known;
        }

        void close() {
            sockets.remove(client);
            sockets.remove(onward);
            closeQuietly(client);
            closeQuietly(onward);
        }
    }

    private void connect(Connection connection) {
        Socket onward = connection.onward;
        try {
            if (!cuts.isWhole()) {
                cuts.awaitBothWays(connection.name(), service);
            }
            connection.client.setTcpNoDelay(true);
            onward.setTcpNoDelay(true);
            sockets.add(onward);
            onward.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
            run("relay-back", () -> pass(connection, false));
            pass(connection, true);
        } catch (IOException e) {
            connection.close();
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the threads of a relay", e);
        }
    }

    private void pass(Connection connection, boolean isOnward) {
        Socket from = isOnward ? connection.client : connection.onward;
        Socket to = isOnward ? connection.onward : connection.client;
        try {
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                byte[] buffer = new byte[BUFFER_BYTES];
                for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                    awaitWay(connection, isOnward);
                    out.write(buffer, 0, length);
                }
            } catch (IOException e) {
                // One of them has ended, of which the other one learns when it can.
            }
            awaitWay(connection, isOnward);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the threads of a relay", e);
        }
        connection.close();
    }

    private void awaitWay(Connection connection, boolean isOnward) throws InterruptedException {
        if (cuts.isWhole()) {
            return;
        }
        if (isOnward) {
            cuts.awaitWay(connection.name(), service);
        } else {
            cuts.awaitWay(service, connection.name());
        }
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
        closeQuietly(server);
        disconnect();
    }

    private static void closeQuietly(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // The port goes with this process.
        }
    }
}
