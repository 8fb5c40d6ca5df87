package io.undermoon.broker.testing;

import static org.awaitility.Awaitility.await;

import io.undermoon.testsupport.FreePort;
import io.undermoon.testsupport.RedisBinary;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real redis-server with users, which stands for a proxy where clients are: it has the same commands, replies and
 * rules of users, and does not know those of the control plane.
 */
public final class RedisUsers implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(20);
    private static final int ATTEMPTS = 5;

    private final int port;
    private final Process process;

    /** @param users as in an ACL file, without the word {@code user}: {@code default off} */
    public RedisUsers(String... users) {
        int candidate = 0;
        Process started = null;
        for (int i = 0; i < ATTEMPTS && started == null; i++) {
            candidate = FreePort.any();
            started = start(candidate, users);
        }
        if (started == null) {
            throw new IllegalStateException("redis-server does not start");
        }
        port = candidate;
        process = started;
    }

    private static Process start(int port, String... users) {
        List<String> command = new ArrayList<>(List.of(RedisBinary.any().toString()));
        command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", ""));
        for (String user : users) {
            command.add("--user");
            command.addAll(List.of(user.split(" ")));
        }
        try {
            Process started = new ProcessBuilder(command)
                    .directory(Path.of("target").toFile())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectErrorStream(true)
                    .start();
            await("redis-server").atMost(START).until(() -> !started.isAlive() || isListening(port));
            return started.isAlive() ? started : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isListening(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    public String address() {
        return "127.0.0.1:" + port;
    }

    /** Sends commands as text, each one line, and returns the first line of the last reply. */
    public String run(String... lines) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String reply = "";
            for (String line : lines) {
                socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
                reply = in.readLine();
            }
            return reply;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
