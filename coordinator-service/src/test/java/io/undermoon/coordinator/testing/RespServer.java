package io.undermoon.coordinator.testing;

import io.undermoon.metadata.ProxyAddress;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ServerSocketFactory;

/**
 * A proxy's control port by script: for each command the script names the bytes to answer with. {@link #SILENCE} answers
 * nothing, {@link #HANG_UP} closes the connection.
 */
public final class RespServer implements AutoCloseable {
    public static final String SILENCE = "";
    public static final String HANG_UP = "hang up";

    public final List<String> commands = new CopyOnWriteArrayList<>();
    public final AtomicInteger connections = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ServerSocket listener;
    private volatile Function<List<String>, String> script;

    public RespServer(Function<List<String>, String> script) throws IOException {
        this(script, ServerSocketFactory.getDefault());
    }

    /**
     * @param sockets may be one for TLS
     */
    public RespServer(Function<List<String>, String> script, ServerSocketFactory sockets) throws IOException {
        this.script = script;
        this.listener = sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    public ProxyAddress address() {
        return new ProxyAddress("127.0.0.1:" + listener.getLocalPort());
    }

    public void script(Function<List<String>, String> newScript) {
        script = newScript;
    }

    public int openConnections() {
        return open.size();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
        threads.shutdownNow();
    }

    private void accept() {
        try {
            while (!listener.isClosed()) {
                Socket socket = listener.accept();
                connections.incrementAndGet();
                open.add(socket);
                threads.execute(() -> serve(socket));
            }
        } catch (IOException e) {
            // The listener was closed: the test is over.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            while (true) {
                List<String> command = read(in);
                commands.add(String.join(" ", command));
                String answer = script.apply(command);
                if (answer.equals(HANG_UP)) {
                    return;
                }
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            // The other side, or the end of the test, closed the connection.
        } finally {
            open.remove(socket);
        }
    }

    private static List<String> read(DataInputStream in) throws IOException {
        int count = Integer.parseInt(line(in).substring(1));
        String[] words = new String[count];
        for (int i = 0; i < count; i++) {
            byte[] word = new byte[Integer.parseInt(line(in).substring(1))];
            in.readFully(word);
            line(in);
            words[i] = new String(word, StandardCharsets.UTF_8);
        }
        return List.of(words);
    }

    private static String line(DataInputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException();
            }
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }
}
