package io.undermoon.dev.bench.migration;

import io.undermoon.dev.controlplane.ControlConnection;
import io.undermoon.dev.controlplane.Probe;
import io.undermoon.dev.lifecycle.Await;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.os.Ports;
import io.undermoon.dev.os.StartedProcesses;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.ServiceKind;
import io.undermoon.dev.plan.ServiceSpec;
import io.undermoon.dev.plan.ServiceSpec.Listener;
import io.undermoon.dev.plan.ServiceSpec.Readiness;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;

/** Two cluster-mode servers without replicas, between which {@code redis-cli --cluster reshard} moves. */
final class RedisCliPair implements MovingPair {
    private static final String HOST = "127.0.0.1";
    private static final int PIPELINE = 16;
    private static final int NODES = 2;
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration MOVE_TIMEOUT = Duration.ofMinutes(15);

    private final Installation installation;
    private final Path redisCli;
    private final int basePort = Ports.freeBlock(2 * NODES);
    private final StartedProcesses processes;
    private final Await await;

    RedisCliPair(Installation installation, Path redisCli, Progress progress) {
        this.installation = installation;
        this.redisCli = redisCli;
        this.processes = new StartedProcesses(installation);
        this.await = new Await(progress, START_TIMEOUT, () -> {});
    }

    @Override
    public String name() {
        return "redis-cli";
    }

    @Override
    public List<HostPort> nodes() {
        return List.of(new HostPort(HOST, basePort), new HostPort(HOST, basePort + 1));
    }

    @Override
    public HostPort storage() {
        return nodes().get(0);
    }

    @Override
    public void move() {
        reshard(0, 1);
    }

    @Override
    public void moveBack() {
        reshard(1, 0);
    }

    @Override
    public void awaitCleanUp() {
        // A key is removed when it is moved.
    }

    @Override
    public void start() {
        for (int i = 0; i < NODES; i++) {
            ServiceSpec service = spec(basePort + i);
            processes.start(service);
            await.until(() -> Probe.isReady(service.readiness()) ? List.of() : List.of(service.name()));
        }
        call(0, "CLUSTER", "ADDSLOTSRANGE", "0", "8191");
        call(1, "CLUSTER", "ADDSLOTSRANGE", "8192", "16383");
        call(1, "CLUSTER", "SET-CONFIG-EPOCH", "2");
        call(0, "CLUSTER", "MEET", HOST, String.valueOf(basePort + 1), String.valueOf(basePort + 1 + NODES));
        await.until(() -> isWhole(0) && isWhole(1) ? List.of() : List.of("the two servers to form a cluster"));
    }

    private boolean isWhole(int index) {
        String info = call(index, "CLUSTER", "INFO");
        return info.contains("cluster_state:ok") && info.contains("cluster_slots_ok:16384");
    }

    private ServiceSpec spec(int port) {
        List<String> command =
                new ArrayList<>(List.of(installation.redisServer().toString(), "--bind", HOST));
        command.addAll(List.of("--port", String.valueOf(port), "--cluster-port", String.valueOf(port + NODES)));
        command.addAll(List.of("--cluster-enabled", "yes", "--cluster-config-file", "nodes-" + port + ".conf"));
        command.addAll(List.of("--appendonly", "no", "--save", "", "--daemonize", "no", "--logfile", ""));
        return new ServiceSpec(
                "redis-" + port,
                ServiceKind.REDIS,
                command,
                List.of(new Listener(port, "RESP")),
                new Readiness(Readiness.Check.PING, port));
    }

    /** It takes the lowest slots of the one that gives, which are those that move, both ways. */
    private void reshard(int from, int to) {
        Path output = installation.data().resolve("redis-cli.log");
        List<String> command = new ArrayList<>(
                List.of(redisCli.toString(), "--cluster", "reshard", storage().toString()));
        command.addAll(List.of("--cluster-from", call(from, "CLUSTER", "MYID")));
        command.addAll(List.of("--cluster-to", call(to, "CLUSTER", "MYID")));
        command.addAll(List.of("--cluster-slots", String.valueOf(MOVING.size())));
        command.addAll(List.of("--cluster-pipeline", String.valueOf(PIPELINE), "--cluster-yes"));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                if (!process.waitFor(MOVE_TIMEOUT.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
                    throw new LaunchException("redis-cli did not move the slots; its output is in " + output);
                }
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new LaunchException("cannot run " + redisCli + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        }
    }

    private String call(int index, String... command) {
        try (ControlConnection connection = ControlConnection.open(basePort + index)) {
            return String.valueOf(connection.call(command));
        } catch (IOException e) {
            throw new LaunchException(
                    "redis-server at port " + (basePort + index) + " does not take " + String.join(" ", command) + ": "
                            + e.getMessage(),
                    e);
        }
    }

    @Override
    public void close() {
        processes.close();
    }
}
