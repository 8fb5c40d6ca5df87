package io.undermoon.simulation.service;

import static java.util.Objects.requireNonNull;

import io.undermoon.broker.plan.Proxies;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.coordinator.port.LoopMetrics;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.NodeAddress;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.migration.MigrationSettings;
import io.undermoon.proxy.route.Endpoint;
import io.undermoon.simulation.redis.Keys;
import io.undermoon.simulation.redis.RedisObserver;
import io.undermoon.simulation.redis.RedisServer;
import io.undermoon.simulation.world.Network;
import io.undermoon.simulation.world.SimProcess;
import io.undermoon.simulation.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The processes of a simulated installation, and where they find each other. */
public final class Installation {
    /** The failure quorum for which the broker takes a majority of the coordinators that are alive. */
    private static final int MAJORITY = 0;

    /** That of a system where proxies mark their nodes. The marks themselves are not simulated. */
    private static final String ID = "simulated";

    private static final long BROKER_TIMEOUT = 5 * World.SECOND;

    private final World world;
    private final Network network;
    private final ServiceObserver checks;
    private final boolean leases;
    private final boolean marks;
    private final MigrationSettings migrationSettings;
    private final SharedStorage storage;
    private final Map<String, RedisServer> redis = new LinkedHashMap<>();
    private final Map<String, ProxyServer> proxies = new LinkedHashMap<>();
    private final Map<HostPort, RedisServer> redisByEndpoint = new HashMap<>();
    private final Map<HostPort, ProxyServer> proxiesByEndpoint = new HashMap<>();
    private final Map<SimProcess, ProxyServer> proxiesByProcess = new LinkedHashMap<>();
    private final List<Broker> brokers = new ArrayList<>();
    private final List<Coordinator> coordinators = new ArrayList<>();
    private final List<Client> clients = new ArrayList<>();

    /**
     * How many processes of each kind there are.
     *
     * @param longestPause the longest time between two writes of a client
     * @param leases whether proxies need leases
     * @param switches what a replica of the destination has to have before slots are switched
     * @param marks whether proxies mark their nodes, as ours do; only then are there hot spares
     */
    public record Size(
            int proxies,
            int brokers,
            int coordinators,
            int clients,
            long longestPause,
            boolean leases,
            MigrationSettings.ReplicaAck switches,
            boolean marks) {}

    public Installation(
            World world,
            Network network,
            Size size,
            ServiceObserver checks,
            RedisObserver redisChecks,
            StorageObserver storageChecks,
            LoopMetrics metrics) {
        this.world = world;
        this.network = network;
        this.checks = checks;
        this.leases = size.leases();
        this.marks = size.marks();
        MigrationSettings usual = MigrationSettings.DEFAULT;
        this.migrationSettings = new MigrationSettings(
                usual.maxKeysPerSecond(),
                usual.maxBytesPerSecond(),
                usual.cleanupDelayMillis(),
                usual.cleanupKeysPerSecond(),
                size.switches());
        this.storage = new SharedStorage(world, storageChecks, checks::storageDidNotAnswer);
        for (int i = 1; i <= size.proxies(); i++) {
            addProxy("10.0.0." + i, redisChecks);
        }
        MetadataWriter.Limits limits = new MetadataWriter.Limits(Duration.ofSeconds(60), MAJORITY, 0);
        for (int i = 1; i <= size.brokers(); i++) {
            brokers.add(new Broker(world, world.process("broker-" + i, "10.0.1." + i), storage, limits));
        }
        for (int i = 1; i <= size.coordinators(); i++) {
            SimProcess process = world.process("coordinator-" + i, "10.0.2." + i);
            coordinators.add(new Coordinator(
                    world,
                    network,
                    process,
                    brokers,
                    address -> proxy(address.value()),
                    checks,
                    metrics,
                    size.leases()));
        }
        for (int i = 1; i <= size.clients(); i++) {
            List<Integer> keys = new ArrayList<>();
            for (int key = i - 1; key < Keys.COUNT; key += size.clients()) {
                keys.add(key);
            }
            clients.add(new Client(this, world.process("client-" + i, "10.0.3." + i), keys, size.longestPause()));
        }
        NodeSeam.use(proxiesByProcess);
    }

    private void addProxy(String host, RedisObserver redisChecks) {
        List<RedisServer> nodes = new ArrayList<>();
        for (int port = 7001; port <= 7002; port++) {
            String address = host + ":" + port;
            RedisServer node = new RedisServer(
                    world, network, world.process("redis " + address, host), address, redisChecks, this::redis);
            redis.put(address, node);
            redisByEndpoint.put(HostPort.parse(address), node);
            nodes.add(node);
        }
        ProxyAddress address = new ProxyAddress(host + ":5299");
        ProxyServer proxy = new ProxyServer(this, world.process("proxy " + address, host), address, nodes);
        proxies.put(address.value(), proxy);
        proxiesByEndpoint.put(HostPort.parse(address.value()), proxy);
        proxiesByProcess.put(proxy.process(), proxy);
    }

    /** Starts everything. */
    public void start() {
        redis.values().forEach(RedisServer::start);
        brokers.forEach(Broker::start);
        proxies.values().forEach(ProxyServer::start);
        coordinators.forEach(Coordinator::start);
        clients.forEach(Client::start);
    }

    public World world() {
        return world;
    }

    public Network network() {
        return network;
    }

    MigrationSettings migrationSettings() {
        return migrationSettings;
    }

    ServiceObserver checks() {
        return checks;
    }

    public SharedStorage storage() {
        return storage;
    }

    public RedisServer redis(String address) {
        RedisServer server = redis.get(address);
        if (server == null) {
            throw new IllegalArgumentException("no Redis server at " + address);
        }
        return server;
    }

    RedisServer redis(Endpoint node) {
        return requireNonNull(redisByEndpoint.get(node.address()), "no Redis server there");
    }

    public List<RedisServer> redis() {
        return List.copyOf(redis.values());
    }

    public ProxyServer proxy(String address) {
        ProxyServer proxy = proxies.get(address);
        if (proxy == null) {
            throw new IllegalArgumentException("no proxy at " + address);
        }
        return proxy;
    }

    ProxyServer proxy(Endpoint peer) {
        return requireNonNull(proxiesByEndpoint.get(peer.address()), "no proxy there");
    }

    public List<ProxyServer> proxies() {
        return List.copyOf(proxies.values());
    }

    public List<Broker> brokers() {
        return brokers;
    }

    public List<Coordinator> coordinators() {
        return coordinators;
    }

    public List<Client> clients() {
        return clients;
    }

    /**
     * One round of a proxy's registration: it takes what the broker has for it, and registers if it has to.
     *
     * @return whether it is registered
     */
    boolean register(ProxyServer proxy, boolean nodesAreUp, boolean wasRegistered) {
        boolean[] registered = {wasRegistered};
        world.aside(proxy.process(), () -> {
            for (Broker broker : brokers) {
                try {
                    registered[0] = register(proxy, broker, nodesAreUp);
                    return;
                } catch (CallFailedException | UndermoonException e) {
                    registered[0] = false;
                }
            }
        });
        return registered[0];
    }

    private boolean register(ProxyServer proxy, Broker broker, boolean nodesAreUp) {
        Optional<Proxy> known = call(proxy, broker, () -> broker.writer().view().proxy(proxy.address()));
        known.filter(metadata -> proxy.topology().epoch().equals(Epoch.ZERO))
                .ifPresent(metadata -> proxy.take(metadata, leases));
        boolean isFailed = known.isPresent()
                && call(proxy, broker, () -> broker.writer().state().hasFailed(proxy.address()));
        if (known.isPresent() && !isFailed) {
            return true;
        }
        if (!nodesAreUp) {
            return false;
        }
        List<NodeAddress> nodes = proxy.nodes().stream()
                .map(node -> new NodeAddress(node.address()))
                .toList();
        String host = proxy.process().host();
        return call(proxy, broker, () -> {
            broker.writer()
                    .change((state, context) -> marks
                            ? Proxies.register(
                                    state.ofInstallation(ID),
                                    proxy.address(),
                                    nodes,
                                    host,
                                    null,
                                    proxy.address(),
                                    new Proxies.NodeMarks(null, null))
                            : Proxies.register(state, proxy.address(), nodes, host, null, proxy.address()));
            return true;
        });
    }

    private <T> T call(ProxyServer proxy, Broker broker, java.util.function.Supplier<T> endpoint) {
        return network.call(
                proxy.process(),
                broker.process(),
                BROKER_TIMEOUT,
                () -> {
                    if (!broker.isOpen()) {
                        throw new CallFailedException("starting");
                    }
                    return endpoint.get();
                },
                failure -> new CallFailedException(failure.toString()));
    }

    private static final class CallFailedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CallFailedException(String message) {
            super(message);
        }
    }
}
