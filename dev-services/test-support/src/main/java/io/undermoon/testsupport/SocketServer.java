package io.undermoon.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;

/**
 * Listens on a free loopback port and has one conversation with each who connects, in a thread of its own. Once {@link
 * #close} has returned, connections are refused: a listener that is closed while a thread waits in accept takes
 * connections until that thread has gone.
 */
public final class SocketServer implements AutoCloseable {
    /** What is said on one connection, which is closed afterwards; an IOException is an end of it like any other. */
    public interface Conversation {
        void with(Socket client) throws IOException;
    }

    private static final int BACKLOG = 50;

    private final ServerSocket listener;
    private final Conversation conversation;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final Thread acceptor;

    public SocketServer(Conversation conversation) {
        this(ServerSocketFactory.getDefault(), conversation);
    }

    /**
     * @param sockets may be one for TLS
     */
    public SocketServer(ServerSocketFactory sockets, Conversation conversation) {
        this.conversation = conversation;
        try {
            listener = sockets.createServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        acceptor = daemon(this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    public String address() {
        return "127.0.0.1:" + port();
    }

    /** How many connections were ever taken. */
    public int accepted() {
        return accepted.get();
    }

    /** How many conversations go on. */
    public int openConnections() {
        return open.size();
    }

    @Override
    public void close() {
        try {
            listener.close();
            acceptor.join();
            for (Socket client : open) {
                client.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the server closed", e);
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                accepted.incrementAndGet();
                open.add(client);
                daemon(() -> converse(client));
            }
        } catch (IOException e) {
            if (!listener.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void converse(Socket client) {
        try (client) {
            conversation.with(client);
        } catch (IOException e) {
            // The other side, or close(), ended the conversation.
        } finally {
            open.remove(client);
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "socket-server");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
