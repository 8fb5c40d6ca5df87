package io.undermoon.dev.bench.failover;

import io.undermoon.dev.controlplane.BrokerApi;
import io.undermoon.dev.controlplane.ControlConnection;
import io.undermoon.dev.controlplane.Probe;
import io.undermoon.dev.lifecycle.Await;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.os.Ports;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.os.StartedProcesses;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.PortLayout;
import io.undermoon.dev.plan.ServiceKind;
import io.undermoon.dev.plan.ServiceKind.Stage;
import io.undermoon.dev.plan.ServiceSpec;
import io.undermoon.dev.plan.StackPlan;
import io.undermoon.dev.plan.StackShape;
import io.undermoon.dev.plan.WantedCluster;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.TaggedSlots;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

/**
 * A chunk of two proxies and a third proxy that replaces one of them, with a broker and coordinators. A relay is in
 * front of each proxy, so that it can be cut off: its address is that of the proxy for everybody.
 */
final class UndermoonCluster implements FailingCluster {
    private static final ClusterName CLUSTER = new ClusterName("bench");
    private static final int PROXIES = 3;
    private static final int CHUNK_NODES = 4;
    private static final Duration TIMEOUT = Duration.ofSeconds(120);
    private static final String ANNOUNCE = "-Dundermoon.announce_address=";

    private final Installation installation;
    private final StackShape shape;
    private final Await await;
    private final BrokerApi broker;
    private final List<Relay> relays = new CopyOnWriteArrayList<>();
    private final Map<String, ServiceSpec> services = new LinkedHashMap<>();
    private final StartedProcesses processes;

    UndermoonCluster(Installation installation, int coordinators, Progress progress) {
        this.installation = installation;
        this.processes = new StartedProcesses(installation);
        this.shape =
                new StackShape(PROXIES, coordinators, false, PortLayout.from(Ports.freeBlock(PortLayout.BLOCK_SIZE)));
        this.await = new Await(progress, TIMEOUT, () -> {});
        this.broker = new BrokerApi(StackPlan.brokerAddress(shape));
    }

    @Override
    public String name() {
        return "undermoon";
    }

    @Override
    public List<HostPort> seeds() {
        return relays.stream().map(UndermoonCluster::address).toList();
    }

    @Override
    public boolean has(Fault fault) {
        return true;
    }

    @Override
    public Runnable prepare(Fault fault, int slot) {
        Node master = master(slot);
        int index = seeds().indexOf(HostPort.parse(master.proxyAddress().value()));
        ProcessIdentity proxy = processes.of("proxy-" + (index + 1));
        ProcessIdentity redis =
                processes.of("redis-" + HostPort.parse(master.address().value()).port());
        return switch (fault) {
            case PROXY_KILLED -> () -> killProxy(proxy, relays.get(index));
            case REDIS_KILLED -> () -> Signals.kill(redis);
            case BOTH_KILLED ->
                () -> {
                    killProxy(proxy, relays.get(index));
                    Signals.kill(redis);
                };
            case STOPPED -> () -> Signals.stop(proxy);
            case CUT -> relays.get(index)::cut;
        };
    }

    private static void killProxy(ProcessIdentity proxy, Relay relay) {
        Signals.kill(proxy);
        relay.refuse();
    }

    @Override
    public void recover() {
        relays.forEach(Relay::restore);
        processes.all().forEach(Signals::goOn);
        services.values().stream()
                .filter(service -> !LiveProcesses.isRunning(processes.of(service.name())))
                .forEach(processes::start);
        await.until(() -> services.values().stream()
                .filter(service -> !Probe.isReady(service.readiness()))
                .map(ServiceSpec::name)
                .toList());
        awaitCopies();
    }

    @Override
    public void start() {
        IntStream.range(0, PROXIES)
                .forEach(index -> relays.add(Relay.to(shape.ports().proxyResp(index))));
        StackPlan.of(shape, installation).forEach(service -> services.put(service.name(), relayed(service)));
        for (Stage stage : Stage.values()) {
            List<ServiceSpec> all = services.values().stream()
                    .filter(service -> service.kind().stage() == stage)
                    .toList();
            all.forEach(processes::start);
            await.until(() -> all.stream()
                    .filter(service -> !Probe.isReady(service.readiness()))
                    .map(ServiceSpec::name)
                    .toList());
        }
        await.until(() ->
                askedOr(() -> broker.proxies().size() < PROXIES ? List.of("all proxies to register") : List.of()));
        try {
            broker.create(new WantedCluster(CLUSTER, CHUNK_NODES)).ifPresent(refusal -> {
                throw new LaunchException("the broker does not create a cluster: " + refusal);
            });
        } catch (IOException e) {
            throw new LaunchException("the broker does not create a cluster: " + e.getMessage(), e);
        }
        awaitCopies();
    }

    /** All copies are in sync, and a proxy is free. */
    private void awaitCopies() {
        await.until(() -> askedOr(() -> {
            List<String> missing = new ArrayList<>();
            if (!broker.hasAllCopies(CLUSTER)) {
                missing.add("all copies");
            }
            broker.failedProxies().forEach(proxy -> missing.add("proxy " + proxy + " to register"));
            missing.addAll(outdated());
            return missing;
        }));
    }

    /** The proxies that have not learned of the last failover: one of them may still take itself for the master. */
    private List<String> outdated() throws IOException {
        long wanted =
                broker.cluster(CLUSTER).map(cluster -> cluster.epoch().value()).orElse(0L);
        List<String> outdated = new ArrayList<>();
        for (int i = 0; i < PROXIES; i++) {
            try (ControlConnection proxy =
                    ControlConnection.openLoggedIn(shape.ports().proxyResp(i))) {
                if (Long.parseLong(String.valueOf(proxy.call("UMCTL", "GETEPOCH"))) < wanted) {
                    outdated.add("proxy-" + (i + 1) + " to get epoch " + wanted);
                }
            }
        }
        return outdated;
    }

    private interface Question {
        List<String> ask() throws IOException;
    }

    private static List<String> askedOr(Question question) {
        try {
            return question.ask();
        } catch (IOException e) {
            return List.of("the broker (" + e.getMessage() + ")");
        }
    }

    private ServiceSpec relayed(ServiceSpec service) {
        if (service.kind() != ServiceKind.PROXY) {
            return service;
        }
        int index = Integer.parseInt(service.name().substring("proxy-".length())) - 1;
        List<String> command = service.command().stream()
                .map(word -> word.startsWith(ANNOUNCE) ? ANNOUNCE + address(relays.get(index)) : word)
                .toList();
        return new ServiceSpec(service.name(), service.kind(), command, service.listeners(), service.readiness());
    }

    private static HostPort address(Relay relay) {
        return new HostPort("127.0.0.1", relay.port());
    }

    private Node master(int slot) {
        try {
            return broker.cluster(CLUSTER).stream()
                    .flatMap(cluster -> cluster.nodes().stream())
                    .filter(node ->
                            node.slots().stream().map(TaggedSlots::rangeList).anyMatch(slots -> slots.contains(slot)))
                    .findFirst()
                    .orElseThrow(() -> new LaunchException("no master has slot " + slot));
        } catch (IOException e) {
            throw new LaunchException("the broker does not show the cluster: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        processes.close();
        relays.forEach(Relay::close);
    }
}
