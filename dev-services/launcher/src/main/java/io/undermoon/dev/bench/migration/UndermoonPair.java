package io.undermoon.dev.bench.migration;

import static java.util.Objects.requireNonNull;

import io.undermoon.dev.controlplane.BrokerApi;
import io.undermoon.dev.controlplane.ControlConnection;
import io.undermoon.dev.datadir.DataDirectory;
import io.undermoon.dev.datadir.DirectoryLock;
import io.undermoon.dev.datadir.StackState;
import io.undermoon.dev.lifecycle.Await;
import io.undermoon.dev.lifecycle.LocalStack;
import io.undermoon.dev.lifecycle.ProcessSet;
import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.os.Ports;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.PortLayout;
import io.undermoon.dev.plan.StackPlan;
import io.undermoon.dev.plan.StackShape;
import io.undermoon.dev.plan.WantedCluster;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.TaggedSlots;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Two proxies with a master and a replica each, a broker and a coordinator: the smallest cluster there is. */
final class UndermoonPair implements MovingPair {
    private static final ClusterName CLUSTER = new ClusterName("bench");
    private static final int NODES = 4;
    private static final Duration START_TIMEOUT = Duration.ofSeconds(120);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration MOVE_TIMEOUT = Duration.ofMinutes(15);

    private final Installation installation;
    private final Progress progress;
    private final StackShape shape =
            new StackShape(NODES / 2, 1, false, PortLayout.from(Ports.freeBlock(PortLayout.BLOCK_SIZE)));
    private final BrokerApi broker = new BrokerApi(StackPlan.brokerAddress(shape));
    private final DirectoryLock lock;
    private final ProcessSet processSet;
    private @Nullable Node first;
    private @Nullable Node second;

    /**
     * @param installation with an empty data directory, which is locked until {@link #close}
     * @throws LaunchException if somebody else uses the directory
     */
    UndermoonPair(Installation installation, Progress progress) {
        this.installation = installation;
        this.progress = progress;
        DataDirectory data = new DataDirectory(installation.data());
        this.lock = data.lock().orElseThrow(() -> new LaunchException(data.root() + " is in use"));
        this.processSet = new ProcessSet(data, StackState.of(shape));
    }

    @Override
    public void start() {
        new LocalStack(processSet, progress, shape, installation)
                .up(List.of(new WantedCluster(CLUSTER, NODES)), START_TIMEOUT);
        try {
            first = master(node -> owns(node, 0));
            second = master(node -> owns(node, SLOTS.size()));
            storeNothingOnDisk();
        } catch (IOException e) {
            throw new LaunchException("the cluster cannot be used: " + e.getMessage(), e);
        }
    }

    private Node first() {
        return requireNonNull(first, "not started");
    }

    private Node second() {
        return requireNonNull(second, "not started");
    }

    @Override
    public String name() {
        return "undermoon";
    }

    @Override
    public List<HostPort> nodes() {
        return List.of(
                HostPort.parse(first().proxyAddress().value()),
                HostPort.parse(second().proxyAddress().value()));
    }

    @Override
    public HostPort storage() {
        return HostPort.parse(first().address().value());
    }

    @Override
    public void move() {
        move(first().proxyAddress(), second().proxyAddress());
    }

    @Override
    public void moveBack() {
        move(second().proxyAddress(), first().proxyAddress());
    }

    private void move(ProxyAddress from, ProxyAddress to) {
        try {
            broker.reshard(CLUSTER, from, to, MOVING);
        } catch (IOException e) {
            throw new LaunchException("the broker does not move slots: " + e.getMessage(), e);
        }
        await().until(() -> stillMoves() ? List.of("slots to move") : List.of());
    }

    @Override
    public void awaitCleanUp() {
        await().until(() -> hasLeftOvers() ? List.of("left-over keys to be removed") : List.of());
    }

    private boolean hasLeftOvers() {
        try {
            for (Node node : List.of(first(), second())) {
                try (ControlConnection redis = ControlConnection.open(
                        HostPort.parse(node.address().value()).port())) {
                    redis.call("SELECT", "1");
                    if (!"0".equals(redis.call("EXISTS", "undermoon:exports"))) {
                        return true;
                    }
                }
            }
            return false;
        } catch (IOException e) {
            throw new LaunchException("a node does not say what it has: " + e.getMessage(), e);
        }
    }

    private Await await() {
        return new Await(progress, MOVE_TIMEOUT, () -> {}, POLL);
    }

    /** Asks nothing until something has happened: what is asked takes time from what is measured. */
    private boolean stillMoves() {
        try {
            long epoch = broker.epoch();
            if (!broker.isMigrating(CLUSTER)) {
                return false;
            }
            broker.awaitChange(epoch);
            return true;
        } catch (IOException e) {
            throw new LaunchException("the broker does not say how far it is: " + e.getMessage(), e);
        }
    }

    /** As the other pair, so that the disk is not what is measured. */
    private void storeNothingOnDisk() throws IOException {
        for (Node node : cluster().nodes()) {
            try (ControlConnection redis = ControlConnection.open(
                    HostPort.parse(node.address().value()).port())) {
                redis.call("CONFIG", "SET", "appendonly", "no");
            }
        }
    }

    private Node master(Predicate<Node> which) throws IOException {
        return cluster().nodes().stream()
                .filter(Node::isMaster)
                .filter(which)
                .findFirst()
                .orElseThrow(() -> new IOException("no master has the slots that are to move"));
    }

    private static boolean owns(Node node, int slot) {
        return node.slots().stream().map(TaggedSlots::rangeList).anyMatch(slots -> slots.contains(slot));
    }

    private Cluster cluster() throws IOException {
        return broker.cluster(CLUSTER).orElseThrow(() -> new IOException("the cluster is gone"));
    }

    @Override
    public void close() {
        processSet.close(progress);
        lock.close();
    }
}
