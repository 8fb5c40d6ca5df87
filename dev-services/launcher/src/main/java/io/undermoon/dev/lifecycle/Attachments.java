package io.undermoon.dev.lifecycle;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.undermoon.dev.plan.LaunchException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The programs that use a stack. Each keeps a connection open to a port of the loopback address, which the operating
 * system closes however the program ends; the stack is in use while there is one.
 *
 * <p>Once the stack serves, each program is told how it is reached: lines {@code key=value}, and an empty one. A line
 * that a program sends is an order. Thread-safe.
 */
public final class Attachments implements AutoCloseable {
    private static final int BACKLOG = 50;

    private final ServerSocket server;
    private final Consumer<String> orders;
    private final Runnable unused;
    private final Set<Socket> attached = new HashSet<>();
    private @Nullable String description;
    private boolean hadAny;

    private Attachments(ServerSocket server, Consumer<String> orders, Runnable unused) {
        this.server = server;
        this.orders = orders;
        this.unused = unused;
    }

    /**
     * Listens on a free port.
     *
     * @param patience how long the first program may take to attach
     * @param orders gets the lines that programs send, on a thread for each program
     * @param unused called once no program is attached any more, or none was in time; on a thread of its own
     */
    public static Attachments open(Duration patience, Consumer<String> orders, Runnable unused) {
        try {
            ServerSocket server = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
            Attachments attachments = new Attachments(server, orders, unused);
            daemon("attachments", attachments::accept);
            daemon("first-attachment", () -> attachments.awaitFirst(patience));
            return attachments;
        } catch (IOException e) {
            throw new LaunchException("cannot listen on a free port: " + e.getMessage(), e);
        }
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Tells all programs, those that will attach too, how the stack is reached. */
    public synchronized void describe(List<String> lines) {
        description = String.join("\n", lines) + "\n\n";
        attached.forEach(this::tell);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket program = server.accept();
                add(program);
                daemon("attachment", () -> follow(program));
            } catch (IOException e) {
                // It is closed, or the program has gone before it was accepted.
            }
        }
    }

    private synchronized void add(Socket program) {
        hadAny = true;
        attached.add(program);
        if (description != null) {
            tell(program);
        }
    }

    private void tell(Socket program) {
        try {
            program.getOutputStream().write(String.valueOf(description).getBytes(UTF_8));
        } catch (IOException e) {
            // It has gone, which the thread that follows it notices.
        }
    }

    private void follow(Socket program) {
        try (program;
                BufferedReader lines = new BufferedReader(new InputStreamReader(program.getInputStream(), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                orders.accept(line);
            }
        } catch (IOException e) {
            // The connection broke, which ends it as well.
        }
        if (remove(program)) {
            unused.run();
        }
    }

    /** @return whether it was the last one */
    private synchronized boolean remove(Socket program) {
        return attached.remove(program) && attached.isEmpty();
    }

    private void awaitFirst(Duration patience) {
        Await.pause(patience);
        if (!hadAny()) {
            unused.run();
        }
    }

    private synchronized boolean hadAny() {
        return hadAny;
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new LaunchException("cannot close port " + port() + ": " + e.getMessage(), e);
        }
    }
}
