package io.undermoon.proxy.testing;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.Unpooled;
import io.undermoon.resp.RespValue;
import io.undermoon.testsupport.FreePort;
import io.undermoon.testsupport.RedisBinary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A real redis-server on a free port of 127.0.0.1 with a directory of its own and no persistence, stopped by its
 * process on {@link #close()}. When the system gave the port away in between, another one is taken.
 */
public final class RedisServerProcess implements AutoCloseable {
    private static final int ATTEMPTS = 5;
    private static final Duration START_LIMIT = Duration.ofSeconds(20);

    private final Path binary;
    private final List<String> options;
    private final Path directory;
    private final int port;
    private Process process;

    private RedisServerProcess(Path binary, List<String> options) {
        this.binary = binary;
        this.options = options;
        try {
            directory = Files.createTempDirectory("undermoon-redis");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Process started = null;
        int candidate = 0;
        for (int i = 0; i < ATTEMPTS && started == null; i++) {
            candidate = FreePort.any();
            started = launch(candidate);
        }
        if (started == null) {
            throw new IllegalStateException(binary + " does not start: " + log());
        }
        port = candidate;
        process = started;
    }

    /**
     * Starts whatever server there is and waits until it answers.
     *
     * @param options as on the command line: {@code "--requirepass", "secret"}
     */
    public static RedisServerProcess start(String... options) {
        return new RedisServerProcess(RedisBinary.any(), List.of(options));
    }

    /** Starts a server of version 7.0. */
    public static RedisServerProcess startVersion70(String... options) {
        return new RedisServerProcess(RedisBinary.ofVersion70(), List.of(options));
    }

    /** Starts whatever server there is so that it executes {@code DEBUG}, which older servers do without being told. */
    public static RedisServerProcess startWithDebug(String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        try (RedisServerProcess probe = start()) {
            if (probe.has("enable-debug-command")) {
                all.addAll(List.of("--enable-debug-command", "yes"));
            }
        }
        return new RedisServerProcess(RedisBinary.any(), all);
    }

    /** Starts whatever server there is, without some commands, like one that is older. */
    public static RedisServerProcess startWithout(String... commands) {
        List<String> options = new ArrayList<>();
        try (RedisServerProcess probe = start()) {
            for (String command : commands) {
                if (probe.knows(command)) {
                    options.addAll(List.of("--rename-command", command, ""));
                }
            }
        }
        return new RedisServerProcess(RedisBinary.any(), options);
    }

    /** Whether the server has a setting. */
    private boolean has(String setting) {
        try (RespConnection connection = connect()) {
            return connection.call("CONFIG", "GET", setting) instanceof RespValue.Array found
                    && !found.items().isEmpty();
        }
    }

    /** Whether the rules of users may have selectors, without which the proxy lets no client use {@code COPY}. */
    public boolean hasSelectors() {
        return accepts("ACL", "SETUSER", "probe", "(+get ~k)");
    }

    /** Whether a command is carried out without an error. */
    public boolean accepts(String... command) {
        try (RespConnection connection = connect()) {
            return !(connection.call(command) instanceof RespValue.Failure);
        }
    }

    /** Skips the test where a command ends with an error, and says so. */
    public void assumeAccepts(String... command) {
        assumeTrue(accepts(command), binary + " does not accept " + String.join(" ", command));
    }

    /**
     * Skips the test where what is sent behind {@code KEYS} in one batch is answered only when something else is sent,
     * as by KeyDB 6.3.
     */
    public void assumeGoesOnBehindKeys() {
        try (RespConnection connection = connect()) {
            connection.sendBytes(Unpooled.copiedBuffer("PING\r\nKEYS *\r\nPING\r\n", StandardCharsets.US_ASCII));
            connection.receive();
            connection.receive();
            // The server is not busy: without the fault the reply is there at once.
            await().pollInterval(Duration.ofMillis(10))
                    .pollDelay(Duration.ZERO)
                    .atMost(Duration.ofSeconds(2))
                    .until(connection::hasArrived);
        } catch (ConditionTimeoutException e) {
            abort(binary + " does not go on behind KEYS in a batch");
        }
    }

    /**
     * Skips the test where the server shares its clients among threads, as KeyDB does: commands of several connections
     * may be executed in another order than they arrive in, and KeyDB 6.3 hangs or ends when hundreds of connections
     * come and go in a second.
     */
    public void assumeOneThread() {
        assumeFalse(has("min-clients-per-thread"), binary + " shares its clients among threads");
    }

    /** Skips the test where there are no selectors, and says so. */
    public void assumeSelectors() {
        assumeTrue(hasSelectors(), binary + " has no selectors for its users");
    }

    /** Whether the server has a command. */
    public boolean knows(String command) {
        try (RespConnection connection = connect()) {
            return connection.call("COMMAND", "INFO", command) instanceof RespValue.Array found
                    && found.items().get(0) instanceof RespValue.Array;
        }
    }

    /** Skips the test where the server lacks a command, and says so. */
    public void assumeKnows(String command) {
        assumeTrue(knows(command), binary + " has no " + command);
    }

    public int port() {
        return port;
    }

    /** {@code 127.0.0.1:port}. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    public long pid() {
        return process.pid();
    }

    /** A new connection, to be closed by the caller. */
    public RespConnection connect() {
        return RespConnection.to(port);
    }

    /** Ends the process at once, as {@code kill -9} does, and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /**
     * Stops the process without ending it, as a machine that hangs: its connections stay open and nothing is answered.
     */
    public void freeze() {
        signal("-STOP");
        await().pollInterval(Duration.ofMillis(1)).atMost(START_LIMIT).until(this::isStopped);
    }

    /** Whether all threads have stopped, as far as the system tells. */
    private boolean isStopped() {
        Path threads = Path.of("/proc", Long.toString(process.pid()), "task");
        if (!Files.isDirectory(threads)) {
            return true;
        }
        try (Stream<Path> all = Files.list(threads)) {
            return all.allMatch(RedisServerProcess::isThreadStopped);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isThreadStopped(Path thread) {
        try {
            String stat = Files.readString(thread.resolve("stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Has the process go on after {@link #freeze}. */
    public void unfreeze() {
        signal("-CONT");
    }

    private void signal(String signal) {
        try {
            new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts a server again on the same port, with the same options, after {@link #kill()}. */
    public void restart() {
        Process started = launch(port);
        if (started == null) {
            throw new IllegalStateException(binary + " does not start again: " + log());
        }
        process = started;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        deleteDirectory();
    }

    /** The process once it answers; null when it ended before. */
    private Process launch(int onPort) {
        List<String> command = new ArrayList<>(List.of(binary.toString()));
        command.addAll(
                List.of("--port", Integer.toString(onPort), "--bind", "127.0.0.1", "--dir", directory.toString()));
        command.addAll(List.of("--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0"));
        command.addAll(options);
        try {
            Process started = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("log").toFile())
                    .start();
            await().atMost(START_LIMIT)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> !started.isAlive() || answers(onPort));
            return started.isAlive() ? started : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Any reply counts, so that a server that asks for a password is ready too. */
    private static boolean answers(int port) {
        try (RespConnection connection = RespConnection.to(port)) {
            RespValue reply = connection.call("PING");
            return !(reply instanceof RespValue.Failure failure)
                    || !failure.text().startsWith("LOADING");
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private String log() {
        try {
            return Files.readString(directory.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitEnd() {
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void deleteDirectory() {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
