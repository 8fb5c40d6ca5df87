package io.undermoon.dev.bench.controlplane;

import io.undermoon.dev.bench.Machine;
import io.undermoon.dev.bench.controlplane.ControlPlaneReport.Change;
import io.undermoon.dev.controlplane.BrokerApi;
import io.undermoon.dev.lifecycle.Await;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.os.CpuTime;
import io.undermoon.dev.os.EmptyDirectory;
import io.undermoon.dev.os.IoBytes;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.WantedCluster;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One run: a broker and coordinators as processes, and simulated proxies in this one. All but a few of the proxies form
 * one cluster, which is the worst case, as every proxy of a cluster has to learn of each of its changes. A change is
 * the failover of a proxy, which a free one replaces.
 *
 * @param installation its data directory is emptied
 * @param settle how long the processes are left alone before they count as idle
 * @param idle how long the idle processes are looked at
 * @param failovers how many changes are measured after the creation of the cluster
 */
public record ControlPlaneBenchmark(
        Installation installation, int proxies, int coordinators, Duration settle, Duration idle, int failovers) {
    private static final ClusterName CLUSTER = new ClusterName("bench");
    private static final int FREE = 4;
    private static final int PROXIES_PER_HOST = 20;
    private static final int CHUNK = 4;
    private static final int MAX_PROXIES = 5000;
    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final Duration POLL = Duration.ofMillis(5);

    public ControlPlaneBenchmark {
        if (proxies < PROXIES_PER_HOST + FREE || proxies > MAX_PROXIES || failovers < 1 || idle.isZero()) {
            throw new LaunchException("--proxies " + proxies + ", --changes " + failovers + " or --idle "
                    + idle.toSeconds() + " is not within " + (PROXIES_PER_HOST + FREE) + "-" + MAX_PROXIES
                    + ", and 1 at least");
        }
    }

    public ControlPlaneReport run(Progress progress) {
        EmptyDirectory.make(installation.data());
        Machine machine = Machine.current("", "simulated proxies");
        try (SimulatedProxies simulated = SimulatedProxies.start(proxies);
                ControlPlane control = new ControlPlane(installation, coordinators, progress)) {
            Thread hook = new Thread(control::close, "stop-control-plane");
            Runtime.getRuntime().addShutdownHook(hook);
            try {
                return new Run(simulated, control, progress).measure(machine);
            } finally {
                Runtime.getRuntime().removeShutdownHook(hook);
            }
        } catch (IOException e) {
            throw new LaunchException("the broker does not do its part: " + e.getMessage(), e);
        }
    }

    /** Something that changes the metadata. */
    private interface Action {
        void run() throws IOException;
    }

    /** What had been used at a moment. */
    private record Usage(long nanos, long bytesToProxies, long bytesRead, Map<String, Duration> cpu) {
        Duration cpuOf(String process) {
            return cpu.getOrDefault(process, Duration.ZERO);
        }
    }

    private final class Run {
        private final SimulatedProxies simulated;
        private final ControlPlane control;
        private final Progress progress;
        private final Await await;
        private final int inCluster = (proxies - FREE) / 2 * 2;
        private final List<Change> changes = new ArrayList<>();
        private long idleBytesPerSecond;

        Run(SimulatedProxies simulated, ControlPlane control, Progress progress) {
            this.simulated = simulated;
            this.control = control;
            this.progress = progress;
            this.await = new Await(progress, TIMEOUT, () -> {}, POLL);
        }

        ControlPlaneReport measure(Machine machine) throws IOException {
            control.startBroker();
            BrokerApi broker = control.broker();
            progress.step("registering " + proxies + " proxies");
            for (int i = 0; i < proxies; i++) {
                register(broker, i);
            }
            control.startCoordinators();
            progress.step("waiting until all proxies have the metadata of free ones");
            until(broker.epoch(), simulated.all());
            progress.step("creating a cluster of " + inCluster + " proxies");
            changed("creation", broker, () -> create(broker), broker::epoch, null);
            awaitCopies(broker);
            progress.step("idle");
            Await.pause(settle);
            Usage before = usage();
            Await.pause(idle);
            Usage after = usage();
            double seconds = (after.nanos - before.nanos) / 1e9;
            Map<String, Double> cpu = new LinkedHashMap<>();
            after.cpu.forEach((name, time) ->
                    cpu.put(name, (time.toMillis() - before.cpuOf(name).toMillis()) / 10.0 / seconds));
            idleBytesPerSecond = (long) ((after.bytesToProxies - before.bytesToProxies) / seconds);
            for (int i = 0; i < failovers; i++) {
                failOver(broker, i);
            }
            return new ControlPlaneReport(
                    machine,
                    proxies,
                    inCluster,
                    coordinators,
                    (int) idle.toSeconds(),
                    cpu,
                    idleBytesPerSecond,
                    changes);
        }

        private void register(BrokerApi broker, int index) throws IOException {
            ProxyScript proxy = simulated.all().get(index);
            broker.register(proxy.address(), proxy.nodes(), "host-" + index / PROXIES_PER_HOST);
        }

        private void create(BrokerApi broker) throws IOException {
            broker.create(new WantedCluster(CLUSTER, inCluster / 2 * CHUNK)).ifPresent(refusal -> {
                throw new LaunchException("the broker does not create the cluster: " + refusal);
            });
        }

        private void failOver(BrokerApi broker, int number) throws IOException {
            Cluster cluster = cluster(broker);
            List<ProxyAddress> members = members(cluster);
            // In the middle, so that the order of addresses favours neither.
            int chunk = inCluster / 4 + number;
            ProxyAddress failed = members.get(2 * chunk);
            ProxyAddress survivor = members.get(2 * chunk + 1);
            progress.step("failover " + (number + 1) + " of " + failovers + ": " + failed);
            changed("failover", broker, () -> broker.failOver(failed), () -> epoch(broker), survivor);
            for (int i = 0; i < proxies; i++) {
                if (simulated.all().get(i).address().equals(failed)) {
                    register(broker, i);
                }
            }
            awaitCopies(broker);
        }

        private long epoch(BrokerApi broker) throws IOException {
            return cluster(broker).epoch().value();
        }

        private void changed(
                String name, BrokerApi broker, Action action, EpochSource epoch, @Nullable ProxyAddress first)
                throws IOException {
            Usage before = usage();
            action.run();
            long wanted = epoch.get();
            Set<ProxyAddress> members = Set.copyOf(members(cluster(broker)));
            List<ProxyScript> all = simulated.all().stream()
                    .filter(proxy -> members.contains(proxy.address()))
                    .toList();
            List<ProxyScript> firsts = first == null
                    ? all
                    : all.stream()
                            .filter(proxy -> proxy.address().equals(first))
                            .toList();
            long[] firstAt = new long[1];
            await.until(() -> {
                if (firstAt[0] == 0 && missing(wanted, firsts) == 0) {
                    firstAt[0] = System.nanoTime();
                }
                int missing = missing(wanted, all);
                return missing == 0 ? List.of() : List.of(missing + " proxies to get epoch " + wanted);
            });
            Usage after = usage();
            long idleBytes = (long) (idleBytesPerSecond * (after.nanos - before.nanos) / 1e9);
            Map<String, Long> cpu = new LinkedHashMap<>();
            after.cpu.forEach((process, time) ->
                    cpu.put(process, time.toMillis() - before.cpuOf(process).toMillis()));
            changes.add(new Change(
                    name,
                    millis(before.nanos, firstAt[0] == 0 ? after.nanos : firstAt[0]),
                    millis(before.nanos, after.nanos),
                    after.bytesToProxies - before.bytesToProxies - idleBytes,
                    after.bytesRead < 0 ? -1 : after.bytesRead - before.bytesRead,
                    cpu));
        }

        private void until(long epoch, List<ProxyScript> all) {
            await.until(() -> {
                int missing = missing(epoch, all);
                return missing == 0 ? List.of() : List.of(missing + " proxies to get epoch " + epoch);
            });
        }

        private int missing(long epoch, List<ProxyScript> all) {
            return (int) all.stream().filter(proxy -> proxy.epoch() < epoch).count();
        }

        private void awaitCopies(BrokerApi broker) {
            await.until(() -> {
                try {
                    return broker.hasAllCopies(CLUSTER) ? List.of() : List.of("coordinators to report all replicas");
                } catch (IOException e) {
                    throw new LaunchException("the broker does not tell of replicas: " + e.getMessage(), e);
                }
            });
        }

        private Cluster cluster(BrokerApi broker) throws IOException {
            return broker.cluster(CLUSTER).orElseThrow(() -> new IOException("the cluster is gone"));
        }

        private Usage usage() {
            Map<String, Duration> cpu = new LinkedHashMap<>();
            long read = 0;
            for (Map.Entry<String, ProcessIdentity> process :
                    control.processes().entrySet()) {
                long pid = process.getValue().pid();
                cpu.put(process.getKey(), CpuTime.of(pid));
                if (process.getKey().startsWith("coordinator")) {
                    long bytes = IoBytes.readBy(pid);
                    read = bytes < 0 || read < 0 ? -1 : read + bytes;
                }
            }
            return new Usage(System.nanoTime(), simulated.bytesReceived(), read, cpu);
        }
    }

    /** Two in a row are a chunk. */
    private static List<ProxyAddress> members(Cluster cluster) {
        return cluster.nodes().stream().map(Node::proxyAddress).distinct().collect(Collectors.toList());
    }

    private interface EpochSource {
        long get() throws IOException;
    }

    private static long millis(long from, long to) {
        return Duration.ofNanos(to - from).toMillis();
    }
}
