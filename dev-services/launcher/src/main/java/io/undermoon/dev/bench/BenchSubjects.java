package io.undermoon.dev.bench;

import io.undermoon.dev.controlplane.ControlConnection;
import io.undermoon.dev.controlplane.Probe;
import io.undermoon.dev.lifecycle.Await;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.os.ServiceStarter;
import io.undermoon.dev.plan.BenchPlan;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.ServiceSpec;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Role;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.slot.SlotRanges;
import io.undermoon.umctl.SetCluster;
import io.undermoon.umctl.SetRepl;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The two running processes under test: a redis-server, and a proxy that serves all slots with it. Only this class
 * sends the proxy metadata. Closing stops both.
 */
public final class BenchSubjects implements AutoCloseable {
    /** Name of the bare server among the targets. */
    public static final String REDIS = "redis-server";

    /** Name of the proxy among the targets. */
    public static final String PROXY = "undermoon";

    private static final ClusterName CLUSTER = new ClusterName("bench");
    private static final Epoch EPOCH = new Epoch(1);
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    private final BenchPlan plan;
    private final Installation installation;
    private final List<ProcessIdentity> processes = new ArrayList<>();
    private final Await await;

    private BenchSubjects(BenchPlan plan, Installation installation, Progress progress) {
        this.plan = plan;
        this.installation = installation;
        this.await = new Await(progress, START_TIMEOUT, this::requireAlive);
    }

    /**
     * Starts both and waits until the proxy serves.
     *
     * @throws LaunchException if one of them does not start; then none is left
     */
    public static BenchSubjects start(BenchPlan plan, Installation installation, Progress progress) {
        BenchSubjects subjects = new BenchSubjects(plan, installation, progress);
        try {
            subjects.start();
            return subjects;
        } catch (RuntimeException e) {
            subjects.close();
            throw e;
        }
    }

    /** The bare server, then the proxy. */
    public List<LoadTarget> targets() {
        return List.of(
                target(REDIS, plan.redisAddress(), processes.get(0)),
                target(PROXY, plan.proxyAddress(), processes.get(1)));
    }

    public String redisVersion() {
        try (ControlConnection redis = ControlConnection.open(plan.redisPort())) {
            String info = String.valueOf(redis.call("INFO", "server"));
            return info.lines()
                    .filter(line -> line.startsWith("redis_version:"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse("of an unknown version");
        } catch (IOException e) {
            throw new LaunchException("the redis-server does not say its version: " + e.getMessage(), e);
        }
    }

    private void start() {
        start(plan.redis(installation));
        start(plan.proxy(installation));
        push(new SetRepl(EPOCH, true, List.of(new SetRepl.Entry(Role.MASTER, CLUSTER, node(), List.of()))).toCommand());
        push(new SetCluster(
                        EPOCH,
                        true,
                        CLUSTER,
                        Map.of(node(), List.of(TaggedSlots.stable(SlotRanges.ALL))),
                        Map.of(),
                        List.of(),
                        ClusterConfig.DEFAULT,
                        false)
                .toCommand());
        await.until(() -> servesCommands() ? List.of() : List.of("the proxy to serve"));
    }

    private void start(ServiceSpec service) {
        Path log = installation.data().resolve(service.name() + ".log");
        processes.add(ServiceStarter.start(service, installation.directoryOf(service.name()), log));
        await.until(() -> Probe.isReady(service.readiness()) ? List.of() : List.of(service.name()));
    }

    private void push(List<String> command) {
        try (ControlConnection proxy = ControlConnection.open(plan.proxyPort())) {
            proxy.call(command.toArray(String[]::new));
        } catch (IOException e) {
            throw new LaunchException("the proxy does not take " + command + ": " + e.getMessage(), e);
        }
    }

    private boolean servesCommands() {
        try (ControlConnection proxy = ControlConnection.open(plan.proxyPort())) {
            return "OK".equals(proxy.call("SET", "served", "yes"));
        } catch (IOException e) {
            return false; // not yet
        }
    }

    private void requireAlive() {
        if (!processes.stream().allMatch(LiveProcesses::isRunning)) {
            throw new LaunchException("a process ended; the logs are in " + installation.data());
        }
    }

    private NodeAddress node() {
        return new NodeAddress(plan.redisAddress());
    }

    private LoadTarget target(String name, String address, ProcessIdentity process) {
        NodeLoad.Node node =
                new NodeLoad.Node(plan.redisPort(), processes.get(0).pid());
        return new LoadTarget(name, HostPort.parse(address), OptionalLong.of(process.pid()), Optional.of(node));
    }

    /** Nothing of them is worth keeping, so they are not asked but ended. */
    @Override
    public void close() {
        processes.forEach(LiveProcesses::kill);
    }
}
