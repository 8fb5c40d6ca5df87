package io.undermoon.coordinator.testing;

import io.undermoon.metadata.ProxyAddress;
import io.undermoon.testsupport.SocketServer;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import javax.net.ServerSocketFactory;

/**
 * A proxy's control port by script: for each command the script names the bytes to answer with. {@link #SILENCE}
 * answers nothing, {@link #HANG_UP} closes the connection.
 */
public final class RespServer implements AutoCloseable {
    public static final String SILENCE = "";
    public static final String HANG_UP = "hang up";

    public final List<String> commands = new CopyOnWriteArrayList<>();
    private final SocketServer server;
    private volatile Function<List<String>, String> script;

    public RespServer(Function<List<String>, String> script) {
        this(script, ServerSocketFactory.getDefault());
    }

    /**
     * @param sockets may be one for TLS
     */
    public RespServer(Function<List<String>, String> script, ServerSocketFactory sockets) {
        this.script = script;
        this.server = new SocketServer(sockets, this::serve);
    }

    public ProxyAddress address() {
        return new ProxyAddress(server.address());
    }

    public void script(Function<List<String>, String> newScript) {
        script = newScript;
    }

    /** How many connections were ever made. */
    public int connections() {
        return server.accepted();
    }

    public int openConnections() {
        return server.openConnections();
    }

    @Override
    public void close() {
        server.close();
    }

    private void serve(Socket socket) throws IOException {
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
