package io.undermoon.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * A connection to a launcher, which keeps its stack while programs have one. The operating system closes it however
 * this program ends. Not thread-safe.
 */
final class Attachment implements AutoCloseable {
    private final long launcher;
    private final Socket socket;
    private final BufferedReader lines;

    private Attachment(long launcher, Socket socket) throws IOException {
        this.launcher = launcher;
        this.socket = socket;
        this.lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    }

    /** Attaches to the launcher that runs the stack of a data directory; empty if none does. */
    static Optional<Attachment> to(Path data) throws IOException {
        Properties attach = new Properties();
        try {
            attach.load(new StringReader(Files.readString(data.resolve("attach"))));
            int port = Integer.parseInt(attach.getProperty("port", ""));
            long pid = Long.parseLong(attach.getProperty("pid", ""));
            return Optional.of(new Attachment(pid, new Socket(InetAddress.getLoopbackAddress(), port)));
        } catch (NoSuchFileException | ConnectException e) {
            return Optional.empty(); // not yet, or no longer
        }
    }

    /**
     * Waits until the stack serves and the launcher says how it is reached.
     *
     * @throws EOFException if it ends before
     */
    ClusterDescription description(Duration timeout) throws IOException {
        socket.setSoTimeout((int) timeout.toMillis());
        List<String> description = new ArrayList<>();
        String line = lines.readLine();
        while (line != null && !line.isEmpty()) {
            description.add(line);
            line = lines.readLine();
        }
        if (line == null) {
            throw new EOFException("the launcher has ended");
        }
        return ClusterDescription.parse(description);
    }

    /** Has the launcher do something, and waits until it is done. */
    ClusterDescription order(String order, Duration timeout) throws IOException {
        socket.getOutputStream().write((order + "\n").getBytes(UTF_8));
        return description(timeout);
    }

    /** The process id of the launcher. */
    long launcher() {
        return launcher;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
