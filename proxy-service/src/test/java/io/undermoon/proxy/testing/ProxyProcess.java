package io.undermoon.proxy.testing;

import static org.awaitility.Awaitility.await;

import io.undermoon.testsupport.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@link ProxyHarness} in a process of its own, whose memory is its own, too. Ended by {@link #close}. */
public final class ProxyProcess implements AutoCloseable {
    private final Process process;
    private final Path log;
    private final int port;

    private ProxyProcess(int redisPort, int threads, List<String> flags) {
        port = FreePort.any();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ProxyHarness.class.getName()));
        command.addAll(List.of(Integer.toString(port), Integer.toString(redisPort), Integer.toString(threads)));
        try {
            log = Files.createTempFile("undermoon-proxy", ".log");
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await().atMost(30, TimeUnit.SECONDS).until(this::answers);
    }

    /**
     * Starts a proxy that serves all slots from one node.
     *
     * @param flags of the JVM
     */
    public static ProxyProcess start(int redisPort, int threads, String... flags) {
        return new ProxyProcess(redisPort, threads, List.of(flags));
    }

    public int port() {
        return port;
    }

    /** What the process has logged so far. */
    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean answers() {
        try (RespConnection connection = RespConnection.to(port)) {
            return Replies.text(connection.call("GET", "k")).isEmpty() || process.isAlive();
        } catch (UncheckedIOException e) {
            if (!process.isAlive()) {
                throw new IllegalStateException("the proxy ended: " + log(), e);
            }
            return false;
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
