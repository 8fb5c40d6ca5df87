package io.undermoon.dev.testing;

import static org.awaitility.Awaitility.await;

import io.undermoon.dev.controlplane.ControlConnection;
import io.undermoon.dev.controlplane.Probe;
import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.os.ServiceStarter;
import io.undermoon.dev.plan.ServiceKind;
import io.undermoon.dev.plan.ServiceSpec;
import io.undermoon.dev.plan.ServiceSpec.Listener;
import io.undermoon.dev.plan.ServiceSpec.Readiness;
import io.undermoon.testsupport.RedisBinary;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A Redis Cluster of real servers: two masters with half of the slots each, and a replica of the first. */
public final class RedisClusterProcesses implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int NODES = 3;

    private final List<ProcessIdentity> processes = new ArrayList<>();
    private final int basePort;

    private RedisClusterProcesses(int basePort) {
        this.basePort = basePort;
    }

    public static RedisClusterProcesses start(Path directory) throws IOException {
        RedisClusterProcesses cluster = new RedisClusterProcesses(FreePorts.base());
        try {
            for (int i = 0; i < NODES; i++) {
                cluster.start(directory, cluster.port(i), cluster.port(i) + NODES);
            }
            cluster.join();
            return cluster;
        } catch (IOException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** Of the first master, which has slots 0 to 8191. */
    public int firstMaster() {
        return port(0);
    }

    /** Of the second master. */
    public int secondMaster() {
        return port(1);
    }

    /** Of the first master's replica. */
    public int replica() {
        return port(2);
    }

    /** One command to one node. */
    public static String call(int port, String... command) throws IOException {
        try (ControlConnection connection = ControlConnection.open(port)) {
            return connection.call(command);
        }
    }

    private int port(int index) {
        return basePort + index;
    }

    private void start(Path directory, int port, int busPort) {
        Path program = RedisBinary.any();
        List<String> command = new ArrayList<>(List.of(program.toString(), "--bind", "127.0.0.1"));
        command.addAll(List.of("--port", String.valueOf(port), "--cluster-port", String.valueOf(busPort)));
        command.addAll(List.of("--cluster-enabled", "yes", "--cluster-config-file", "nodes-" + port + ".conf"));
        command.addAll(List.of("--cluster-node-timeout", "60000", "--appendonly", "no", "--save", ""));
        command.addAll(List.of("--repl-diskless-sync-delay", "0", "--enable-debug-command", "yes", "--logfile", ""));
        ServiceSpec service = new ServiceSpec(
                "redis-" + port,
                ServiceKind.REDIS,
                command,
                List.of(new Listener(port, "RESP")),
                new Readiness(Readiness.Check.PING, port));
        processes.add(ServiceStarter.start(service, directory, directory.resolve(service.name() + ".log")));
        await().atMost(TIMEOUT).until(() -> Probe.isReady(service.readiness()));
    }

    private void join() throws IOException {
        call(firstMaster(), "CLUSTER", "ADDSLOTSRANGE", "0", "8191");
        call(secondMaster(), "CLUSTER", "ADDSLOTSRANGE", "8192", "16383");
        for (int i = 1; i < NODES; i++) {
            // A node's first gossip would otherwise claim the same epoch.
            call(port(i), "CLUSTER", "SET-CONFIG-EPOCH", String.valueOf(i + 1));
            call(
                    firstMaster(),
                    "CLUSTER",
                    "MEET",
                    "127.0.0.1",
                    String.valueOf(port(i)),
                    String.valueOf(port(i) + NODES));
        }
        String master = call(firstMaster(), "CLUSTER", "MYID");
        await().atMost(TIMEOUT).until(() -> call(replica(), "CLUSTER", "NODES").contains(master));
        call(replica(), "CLUSTER", "REPLICATE", master);
        await().atMost(TIMEOUT).until(() -> isWhole());
    }

    private boolean isWhole() throws IOException {
        for (int i = 0; i < NODES; i++) {
            if (!call(port(i), "CLUSTER", "INFO").contains("cluster_state:ok")
                    || !call(port(i), "CLUSTER", "NODES").contains("slave")) {
                return false;
            }
        }
        return call(replica(), "INFO", "replication").contains("master_link_status:up");
    }

    @Override
    public void close() {
        processes.forEach(LiveProcesses::kill);
    }
}
