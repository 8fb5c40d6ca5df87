package io.undermoon.testsupport;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ServerSocketFactory;

/**
 * A RESP server on a free loopback port whose script gives the reply to each command, as the bytes on the wire. It
 * stands for servers that a test cannot start: proxies of another module, and Redis versions that are not installed.
 */
public final class RespServer implements AutoCloseable {
    /** Answers nothing. */
    public static final String SILENCE = "";

    /** Closes the connection instead of an answer. */
    public static final String HANG_UP = "hang up";

    private final List<List<String>> commands = new CopyOnWriteArrayList<>();
    private final SocketServer server;
    private volatile Supplier<Function<List<String>, String>> scripts;

    public RespServer(Function<List<String>, String> script) {
        this(ServerSocketFactory.getDefault(), () -> script);
    }

    /**
     * @param sockets may be one for TLS
     * @param scripts gives each connection the script that it follows, which may keep state such as a login
     */
    public RespServer(ServerSocketFactory sockets, Supplier<Function<List<String>, String>> scripts) {
        this.scripts = scripts;
        this.server = new SocketServer(sockets, this::serve);
    }

    public int port() {
        return server.port();
    }

    /** {@code 127.0.0.1:port}. */
    public String address() {
        return server.address();
    }

    /** Replaces the script, also of the connections that are open. */
    public void script(Function<List<String>, String> newScript) {
        scripts = () -> newScript;
    }

    /** The commands so far, oldest first. */
    public List<List<String>> commands() {
        return List.copyOf(commands);
    }

    /** The commands so far, each with its arguments separated by spaces. */
    public List<String> commandLines() {
        return commands.stream().map(command -> String.join(" ", command)).toList();
    }

    public void forgetCommands() {
        commands.clear();
    }

    /** The number of connections that were ever accepted. */
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
        Supplier<Function<List<String>, String>> source = scripts;
        Function<List<String>, String> script = source.get();
        while (true) {
            List<String> command = read(in);
            if (source != scripts) {
                source = scripts;
                script = source.get();
            }
            commands.add(command);
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
