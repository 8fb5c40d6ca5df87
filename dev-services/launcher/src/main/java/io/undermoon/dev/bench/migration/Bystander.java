package io.undermoon.dev.bench.migration;

import io.undermoon.dev.controlplane.Probe;
import io.undermoon.dev.lifecycle.Await;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.os.Ports;
import io.undermoon.dev.os.StartedProcesses;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.ServiceKind;
import io.undermoon.dev.plan.ServiceSpec;
import io.undermoon.dev.plan.ServiceSpec.Listener;
import io.undermoon.dev.plan.ServiceSpec.Readiness;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * A Redis server that has no part in what is measured, and a client that sends it a {@code PING} every millisecond. Its
 * latency is what the machine costs: how long any process waits for a processor there while all others run. No command
 * of the measured system can be faster.
 */
final class Bystander implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final String NAME = "bystander";
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final long INTERVAL_NANOS = Duration.ofMillis(1).toNanos();
    private static final int DIGITS = 3;
    private static final byte[] PING = "PING\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PONG = "+PONG\r\n".getBytes(StandardCharsets.US_ASCII);

    private final StartedProcesses processes;
    private final Recorder latency = new Recorder(DIGITS);
    private final int port = Ports.freeBlock(1);
    private volatile boolean isClosed;
    private volatile @Nullable IOException problem;

    /** @param installation whose redis-server is run, and whose data directory gets its log */
    Bystander(Installation installation) {
        this.processes = new StartedProcesses(installation);
    }

    void start(Installation installation, Progress progress) {
        List<String> command = List.of(
                installation.redisServer().toString(), "--bind", HOST, "--port", String.valueOf(port), "--save", "");
        ServiceSpec service = new ServiceSpec(
                NAME,
                ServiceKind.REDIS,
                command,
                List.of(new Listener(port, "RESP")),
                new Readiness(Readiness.Check.PING, port));
        processes.start(service);
        new Await(progress, START_TIMEOUT, () -> {})
                .until(() -> Probe.isReady(service.readiness()) ? List.of() : List.of(NAME));
        Thread pings = new Thread(this::ping, NAME);
        pings.setDaemon(true);
        pings.start();
    }

    private void ping() {
        try (Socket socket = new Socket(InetAddress.getByName(HOST), port)) {
            socket.setTcpNoDelay(true);
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            while (!isClosed) {
                long start = System.nanoTime();
                out.write(PING);
                if (in.readNBytes(PONG.length).length < PONG.length) {
                    throw new IOException("the connection was closed");
                }
                long nanos = System.nanoTime() - start;
                // Those that could not be sent meanwhile would have waited, too.
                latency.recordValueWithExpectedInterval(nanos, INTERVAL_NANOS);
                Thread.sleep(1);
            }
        } catch (IOException e) {
            problem = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * What was measured since the last call, in nanoseconds.
     *
     * @throws IllegalStateException the server does not answer
     */
    Histogram endPhase() {
        IOException failed = problem;
        if (failed != null) {
            throw new IllegalStateException("the Redis server beside the measured ones does not answer", failed);
        }
        return latency.getIntervalHistogram();
    }

    @Override
    public void close() {
        isClosed = true;
        processes.close();
    }
}
