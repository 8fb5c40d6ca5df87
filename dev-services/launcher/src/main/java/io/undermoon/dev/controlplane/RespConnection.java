package io.undermoon.dev.controlplane;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A connection for control commands to a service on this machine, one command at a time. Understands the replies such
 * commands have: simple and bulk strings and integers, up to {@value #MAX_REPLY_BYTES} bytes. Not thread-safe.
 */
public final class RespConnection implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 2000;
    private static final int MAX_REPLY_BYTES = 1 << 20;

    private final Socket socket = new Socket();
    private final InputStream in;

    private RespConnection(int port) throws IOException {
        try {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    public static RespConnection open(int port) throws IOException {
        return new RespConnection(port);
    }

    /**
     * @return the reply as text, null for a null reply
     * @throws IOException if the service cannot be reached, answers with an error, or with another kind of reply
     */
    public @Nullable String call(String... command) throws IOException {
        StringBuilder request =
                new StringBuilder().append('*').append(command.length).append("\r\n");
        for (String argument : command) {
            int length = argument.getBytes(StandardCharsets.UTF_8).length;
            request.append('$').append(length).append("\r\n").append(argument).append("\r\n");
        }
        socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
        return readReply();
    }

    private @Nullable String readReply() throws IOException {
        String line = readLine();
        if (line.isEmpty()) {
            throw new IOException("empty reply");
        }
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+', ':' -> rest;
            case '$' -> readBulk(length(rest));
            case '_' -> null;
            case '-' -> throw new IOException(rest);
            default -> throw new IOException("unexpected reply: " + line);
        };
    }

    private @Nullable String readBulk(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] bytes = in.readNBytes(length + 2);
        if (bytes.length < length + 2) {
            throw new EOFException("connection closed within a reply");
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private static int length(String text) throws IOException {
        try {
            int length = Integer.parseInt(text);
            if (length <= MAX_REPLY_BYTES) {
                return length;
            }
        } catch (NumberFormatException e) {
            throw new IOException("bulk length '" + text + "' is not a number", e);
        }
        throw new IOException("reply of " + text + " bytes is too long");
    }

    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        int character = in.read();
        while (character != '\n') {
            if (character < 0 || line.length() > MAX_REPLY_BYTES) {
                throw new EOFException("connection closed within a reply");
            }
            line.append((char) character);
            character = in.read();
        }
        int end = line.length();
        return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
