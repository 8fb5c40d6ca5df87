package io.undermoon.dev.bench.failover;

import io.undermoon.dev.lifecycle.Progress;
import io.undermoon.dev.lifecycle.RelayedStack;
import io.undermoon.dev.lifecycle.Signals;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.TaggedSlots;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Chunks of two proxies and one more proxy that replaces one of them, with a broker and coordinators. */
final class UndermoonCluster implements FailingCluster {
    private static final int NODES_PER_PROXY = 2;
    private static final int MASTERS_PER_CHUNK = 2;
    private static final int SLOTS = 16384;

    private final RelayedStack stack;
    private final int nodes;

    /** @param nodes of the cluster: a multiple of four */
    UndermoonCluster(Installation installation, int nodes, int coordinators, Progress progress) {
        this.nodes = nodes;
        this.stack = new RelayedStack(
                installation,
                new ClusterName("bench"),
                nodes / NODES_PER_PROXY + 1,
                coordinators,
                UnaryOperator.identity(),
                progress);
    }

    @Override
    public String name() {
        return "undermoon";
    }

    @Override
    public List<HostPort> seeds() {
        return stack.proxies();
    }

    @Override
    public boolean has(Fault fault) {
        return true;
    }

    /** Masters have equal parts of the slots, in the order of the chunks. */
    @Override
    public List<Integer> slots(Fault fault) {
        int masters = nodes / MASTERS_PER_CHUNK;
        int perChunk = SLOTS / masters * MASTERS_PER_CHUNK;
        int chunks = fault == Fault.HALF_OF_MASTERS ? masters / MASTERS_PER_CHUNK : 1;
        return IntStream.range(0, chunks).mapToObj(chunk -> chunk * perChunk).toList();
    }

    @Override
    public Runnable prepare(Fault fault) {
        stack.balance();
        List<Node> masters = slots(fault).stream().map(this::master).toList();
        Node master = masters.get(0);
        String proxy = stack.proxyOf(master);
        ProcessIdentity process = stack.process(proxy);
        List<String> redis = masters.stream().map(stack::redisOf).toList();
        return switch (fault) {
            case PROXY_KILLED -> () -> stack.kill(proxy);
            case REDIS_KILLED, HALF_OF_MASTERS -> () -> redis.forEach(stack::kill);
            case BOTH_KILLED ->
                () -> {
                    stack.kill(proxy);
                    stack.kill(redis.get(0));
                };
            case STOPPED -> () -> Signals.stop(process);
            case CUT -> () -> cutOff(proxy);
            case SWITCHOVER -> () -> stack.switchOver(master.proxyAddress());
        };
    }

    /** The proxy still reaches its own nodes, and others reach these. */
    private void cutOff(String proxy) {
        Set<String> host = stack.hostOf(proxy);
        stack.network()
                .cut((from, to) ->
                        from.equals(proxy) && !host.contains(to) || to.equals(proxy) && !host.contains(from));
    }

    @Override
    public void recover() {
        stack.recover();
        stack.awaitWhole();
    }

    @Override
    public void start() {
        stack.start(nodes);
    }

    private Node master(int slot) {
        return stack.nodes().stream()
                .filter(node ->
                        node.slots().stream().map(TaggedSlots::rangeList).anyMatch(all -> all.contains(slot)))
                .findFirst()
                .orElseThrow(() -> new LaunchException("no master has slot " + slot));
    }

    @Override
    public void close() {
        stack.close();
    }
}
