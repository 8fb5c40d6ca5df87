package io.undermoon.proxy.testing;

import io.netty.buffer.ByteBuf;
import io.undermoon.metadata.ClusterConfig;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.metadata.ReplicaNode;
import io.undermoon.metadata.TaggedSlots;
import io.undermoon.proxy.backend.BackendSettings;
import io.undermoon.proxy.backend.Transport;
import io.undermoon.proxy.command.Command;
import io.undermoon.proxy.command.CommandTable;
import io.undermoon.proxy.control.Client;
import io.undermoon.proxy.control.ClientRegistry;
import io.undermoon.proxy.control.LocalCommands;
import io.undermoon.proxy.control.SlowLog;
import io.undermoon.proxy.frame.CommandFrame;
import io.undermoon.proxy.frame.RequestLimits;
import io.undermoon.proxy.route.Endpoints;
import io.undermoon.proxy.server.DataPlane;
import io.undermoon.proxy.session.SessionServices;
import io.undermoon.proxy.session.SessionSettings;
import io.undermoon.proxy.stats.ProxyStats;
import io.undermoon.proxy.topology.TopologyStore;
import io.undermoon.slot.SlotRanges;
import io.undermoon.umctl.SetCluster;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * The data plane of a proxy alone: routing and forwarding without Quarkus, broker or replication. Of the commands the proxy
 * answers itself it knows PING, ECHO, QUIT, RESET and READONLY.
 */
public final class ProxyHarness implements AutoCloseable {
    private static final ClusterName CLUSTER = new ClusterName("test");

    private final DataPlane dataPlane;
    private final TopologyStore topology;
    private final ProxyAddress address;
    private volatile boolean replicasReadable = true;
    private long epoch;

    /** Starts a proxy with one event loop and the default settings. */
    public static ProxyHarness start() {
        return start(1, UnaryOperator.identity());
    }

    public static ProxyHarness start(int threads, UnaryOperator<SessionSettings> change) {
        return new ProxyHarness(freePort(), threads, Transport.best(), change);
    }

    public ProxyHarness(int port, int threads, Transport transport, UnaryOperator<SessionSettings> change) {
        CommandTable commands = CommandTable.load();
        address = new ProxyAddress("127.0.0.1:" + port);
        topology = new TopologyStore(address, Set.of(), new Endpoints());
        BackendSettings backends =
                new BackendSettings(1000, 3000, 1 << 20, 1000, BackendSettings.Login.NONE, BackendSettings.Login.NONE);
        dataPlane = new DataPlane(transport, threads, backends, commands.size());
        SessionSettings settings =
                change.apply(new SessionSettings(false, 4, false, RequestLimits.DEFAULT, 1024, 10_000, ""));
        dataPlane.start(
                new HostPort("127.0.0.1", port),
                new SessionServices(
                        commands,
                        topology,
                        new FewCommands(),
                        new ClientRegistry(),
                        new SlowLog(128, 50_000, 1000),
                        node -> replicasReadable,
                        settings));
    }

    public int port() {
        return address.port();
    }

    public ProxyAddress address() {
        return address;
    }

    public ProxyStats stats() {
        return dataPlane.stats();
    }

    public TopologyStore topology() {
        return topology;
    }

    /** Has the proxy serve all slots with one local node. */
    public void serveAllFrom(int redisPort) {
        serve(Map.of(redisPort, SlotRanges.ALL), Map.of());
    }

    /** Has the proxy serve slots with local nodes, and know who serves others. */
    public void serve(Map<Integer, SlotRanges> localByPort, Map<ProxyAddress, SlotRanges> peers) {
        Map<NodeAddress, List<TaggedSlots>> local = new LinkedHashMap<>();
        localByPort.forEach(
                (port, slots) -> local.put(new NodeAddress("127.0.0.1:" + port), List.of(TaggedSlots.stable(slots))));
        Map<ProxyAddress, List<TaggedSlots>> others = new LinkedHashMap<>();
        peers.forEach((peer, slots) -> others.put(peer, List.of(TaggedSlots.stable(slots))));
        topology.apply(new SetCluster(
                new Epoch(++epoch), false, CLUSTER, local, others, List.of(), ClusterConfig.DEFAULT, false));
    }

    /** Has the proxy serve nothing itself but hold a replica of all slots, whose master is behind another proxy. */
    public void replicate(int redisPort, ProxyAddress master) {
        NodeAddress node = new NodeAddress("127.0.0.1:" + redisPort);
        List<TaggedSlots> all = List.of(TaggedSlots.stable(SlotRanges.ALL));
        topology.apply(new SetCluster(
                new Epoch(++epoch),
                false,
                CLUSTER,
                Map.of(),
                Map.of(master, all),
                List.of(new ReplicaNode(node, address, all)),
                ClusterConfig.DEFAULT,
                false));
    }

    /** Says whether the replicas behind the proxy are up to date. */
    public void replicasReadable(boolean readable) {
        replicasReadable = readable;
    }

    @Override
    public void close() {
        dataPlane.close();
    }

    /** A port that was free a moment ago. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static final class FewCommands implements LocalCommands {
        @Override
        public CompletionStage<ByteBuf> execute(Command command, CommandFrame frame, Client client, ByteBuf out) {
            String reply = switch (command.name()) {
                case "ping" -> "+PONG\r\n";
                case "echo" -> "$" + frame.argumentLength(1) + "\r\n" + frame.argument(1) + "\r\n";
                case "quit" -> {
                    client.leave();
                    yield "+OK\r\n";
                }
                case "readonly" -> {
                    client.readOnly(true);
                    yield "+OK\r\n";
                }
                default -> "-ERR not part of the test harness\r\n";
            };
            out.writeCharSequence(reply, StandardCharsets.UTF_8);
            return null;
        }
    }

    /** Serves one Redis node until it is killed: {@code <port> <redis port> <threads>}. */
    public static void main(String[] args) {
        ProxyHarness proxy = new ProxyHarness(
                Integer.parseInt(args[0]), Integer.parseInt(args[2]), Transport.best(), UnaryOperator.identity());
        proxy.serveAllFrom(Integer.parseInt(args[1]));
    }
}
