package io.undermoon.dev.bench.failover;

import static java.util.Objects.requireNonNull;

import io.undermoon.dev.controlplane.ControlConnection;
import io.undermoon.dev.controlplane.Probe;
import io.undermoon.dev.lifecycle.Await;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.lifecycle.Signals;
import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.os.Ports;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.os.StartedProcesses;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.ServiceKind;
import io.undermoon.dev.plan.ServiceSpec;
import io.undermoon.dev.plan.ServiceSpec.Listener;
import io.undermoon.dev.plan.ServiceSpec.Readiness;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Three masters with a replica each, the least with which Redis Cluster fails over by itself. */
final class RedisCluster implements FailingCluster {
    private static final String HOST = "127.0.0.1";
    private static final int MASTERS = 3;
    private static final int NODES = 2 * MASTERS;
    private static final int SLOTS = 16384;
    private static final Duration TIMEOUT = Duration.ofSeconds(120);

    private final Installation installation;
    private final int nodeTimeoutMillis;
    private final int basePort = Ports.freeBlock(2 * NODES);
    private final Await await;
    private final Map<Integer, ServiceSpec> services = new LinkedHashMap<>();
    private final StartedProcesses processes;

    RedisCluster(Installation installation, int nodeTimeoutMillis, Progress progress) {
        this.installation = installation;
        this.processes = new StartedProcesses(installation);
        this.nodeTimeoutMillis = nodeTimeoutMillis;
        this.await = new Await(progress, TIMEOUT, () -> {});
    }

    @Override
    public String name() {
        return "Redis Cluster";
    }

    @Override
    public List<HostPort> seeds() {
        return IntStream.range(0, NODES)
                .mapToObj(index -> new HostPort(HOST, basePort + index))
                .toList();
    }

    @Override
    public boolean has(Fault fault) {
        return fault == Fault.REDIS_KILLED || fault == Fault.STOPPED || fault == Fault.SWITCHOVER;
    }

    @Override
    public List<Integer> slots(Fault fault) {
        return List.of(0);
    }

    @Override
    public Runnable prepare(Fault fault) {
        int port = masterOf(slots(fault).get(0));
        ProcessIdentity master = process(port);
        if (fault == Fault.SWITCHOVER) {
            int replica = replicaOf(port);
            return () -> call(replica, "CLUSTER", "FAILOVER");
        }
        return fault == Fault.STOPPED ? () -> Signals.stop(master) : () -> Signals.kill(master);
    }

    private int replicaOf(int master) {
        return services.keySet().stream()
                .filter(port -> call(port, "INFO", "replication").contains("master_port:" + master))
                .findFirst()
                .orElseThrow(() -> new LaunchException("no server follows the one at port " + master));
    }

    @Override
    public void recover() {
        processes.all().forEach(Signals::goOn);
        services.values().stream()
                .filter(service -> !LiveProcesses.isRunning(processes.of(service.name())))
                .forEach(processes::start);
        awaitWhole();
    }

    @Override
    public void start() {
        for (int i = 0; i < NODES; i++) {
            int port = basePort + i;
            ServiceSpec service = spec(port);
            services.put(port, service);
            processes.start(service);
        }
        await.until(() -> services.values().stream()
                .filter(service -> !Probe.isReady(service.readiness()))
                .map(ServiceSpec::name)
                .toList());
        for (int i = 0; i < NODES; i++) {
            // A node's first gossip would otherwise claim the same epoch.
            call(basePort + i, "CLUSTER", "SET-CONFIG-EPOCH", String.valueOf(i + 1));
            if (i < MASTERS) {
                String first = String.valueOf(i * SLOTS / MASTERS);
                String last = String.valueOf((i + 1) * SLOTS / MASTERS - 1);
                call(basePort + i, "CLUSTER", "ADDSLOTSRANGE", first, last);
            }
            if (i > 0) {
                int port = basePort + i;
                call(basePort, "CLUSTER", "MEET", HOST, String.valueOf(port), String.valueOf(port + NODES));
            }
        }
        for (int i = MASTERS; i < NODES; i++) {
            int replica = basePort + i;
            String master = call(basePort + i - MASTERS, "CLUSTER", "MYID");
            await.until(() -> call(replica, "CLUSTER", "NODES").contains(master)
                    ? List.of()
                    : List.of("servers to know each other"));
            call(replica, "CLUSTER", "REPLICATE", master);
        }
        awaitWhole();
    }

    private ProcessIdentity process(int port) {
        return processes.of(requireNonNull(services.get(port), () -> "no server at port " + port)
                .name());
    }

    private ServiceSpec spec(int port) {
        List<String> command =
                new ArrayList<>(List.of(installation.redisServer().toString(), "--bind", HOST));
        command.addAll(List.of("--port", String.valueOf(port), "--cluster-port", String.valueOf(port + NODES)));
        command.addAll(List.of("--cluster-enabled", "yes", "--cluster-config-file", "nodes-" + port + ".conf"));
        command.addAll(List.of("--cluster-node-timeout", String.valueOf(nodeTimeoutMillis)));
        command.addAll(List.of("--appendonly", "yes", "--save", "", "--repl-diskless-sync-delay", "0"));
        command.addAll(List.of("--daemonize", "no", "--logfile", ""));
        return new ServiceSpec(
                "cluster-" + port,
                ServiceKind.REDIS,
                command,
                List.of(new Listener(port, "RESP")),
                new Readiness(Readiness.Check.PING, port));
    }

    /** Every node knows a whole cluster, and every replica has its data. */
    private void awaitWhole() {
        await.until(() -> services.keySet().stream()
                .filter(port -> !isWhole(port))
                .map(port -> "redis-server at port " + port)
                .toList());
    }

    private boolean isWhole(int port) {
        try (ControlConnection connection = ControlConnection.open(port)) {
            String replication = String.valueOf(connection.call("INFO", "replication"));
            String nodes = String.valueOf(connection.call("CLUSTER", "NODES"));
            return String.valueOf(connection.call("CLUSTER", "INFO")).contains("cluster_state:ok")
                    && nodes.lines().filter(line -> line.contains("slave")).count() == NODES - MASTERS
                    && !nodes.contains("fail")
                    && (replication.contains("master_link_status:up") || replication.contains("connected_slaves:1"));
        } catch (IOException e) {
            return false; // not yet
        }
    }

    private int masterOf(int slot) {
        for (int port : services.keySet()) {
            String self = call(port, "CLUSTER", "NODES")
                    .lines()
                    .filter(line -> line.contains("myself,master"))
                    .findFirst()
                    .orElse("");
            String[] words = self.split(" ");
            for (int i = 8; i < words.length; i++) {
                String[] ends = words[i].split("-");
                if (Integer.parseInt(ends[0]) <= slot && slot <= Integer.parseInt(ends[ends.length - 1])) {
                    return port;
                }
            }
        }
        throw new LaunchException("no server is the master of slot " + slot);
    }

    private static String call(int port, String... command) {
        try (ControlConnection connection = ControlConnection.open(port)) {
            return String.valueOf(connection.call(command));
        } catch (IOException e) {
            throw new LaunchException(
                    "redis-server at port " + port + " does not take " + String.join(" ", command) + ": "
                            + e.getMessage(),
                    e);
        }
    }

    @Override
    public void close() {
        processes.close();
    }
}
