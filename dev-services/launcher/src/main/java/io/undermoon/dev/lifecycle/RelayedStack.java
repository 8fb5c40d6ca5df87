package io.undermoon.dev.lifecycle;

import static java.util.Objects.requireNonNull;

import io.undermoon.dev.controlplane.BrokerApi;
import io.undermoon.dev.controlplane.ControlConnection;
import io.undermoon.dev.controlplane.Probe;
import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.os.NetworkCuts;
import io.undermoon.dev.os.Ports;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.os.Relay;
import io.undermoon.dev.os.SocketOwners;
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
import io.undermoon.metadata.ProxyAddress;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A stack with one cluster whose services can be made to fail and to lose each other. The broker, the proxies and the
 * nodes announce the ports of relays, so everybody reaches them through these. Its processes end with this program. Not
 * thread-safe, but for {@link #close}, which a shutdown hook may call at any time.
 */
public final class RelayedStack implements AutoCloseable {
    /** All programs that are none of the services. */
    public static final String CLIENTS = "clients";

    public static final String BROKER = "broker";

    /** The properties of services by which they know each other. */
    private static final List<String> ADDRESSES =
            List.of("-Dundermoon.announce_address=", "-Dundermoon.node_addresses=", "-Dundermoon.broker_address=");

    private static final String HOST = "127.0.0.1";
    private static final Duration TIMEOUT = Duration.ofSeconds(300);

    private final StackShape shape;
    private final ClusterName cluster;
    private final Await await;
    private final BrokerApi broker;
    private final Map<String, ServiceSpec> services = new LinkedHashMap<>();
    private final Map<String, Relay> relays = new LinkedHashMap<>();
    private final NetworkCuts network = new NetworkCuts();
    private final StartedProcesses processes;

    /**
     * Starts nothing yet but the relays.
     *
     * @param change of what is started
     */
    public RelayedStack(
            Installation installation,
            ClusterName cluster,
            int proxies,
            int coordinators,
            UnaryOperator<ServiceSpec> change,
            Progress progress) {
        this.cluster = cluster;
        this.shape =
                new StackShape(proxies, coordinators, false, PortLayout.from(Ports.freeBlock(PortLayout.BLOCK_SIZE)));
        this.processes = new StartedProcesses(installation);
        this.await = new Await(progress, TIMEOUT, () -> {});
        this.broker = new BrokerApi(StackPlan.brokerAddress(shape));
        List<ServiceSpec> plan = StackPlan.of(shape, installation);
        plan.stream()
                .filter(service -> service.kind() != ServiceKind.COORDINATOR)
                .forEach(service -> relays.put(
                        service.name(),
                        Relay.to(service.name(), service.listeners().get(0).port(), network, this::client)));
        plan.stream().map(this::relayed).map(change).forEach(service -> services.put(service.name(), service));
    }

    /**
     * Starts all services and creates the cluster, once.
     *
     * @param nodes of the cluster; all proxies beyond are free
     * @throws LaunchException if something does not start; what does is left until {@link #close}
     */
    public void start(int nodes) {
        for (Stage stage : Stage.values()) {
            List<ServiceSpec> all = services.values().stream()
                    .filter(service -> service.kind().stage() == stage)
                    .toList();
            all.forEach(processes::start);
            awaitReady(all);
        }
        await.until(() -> askedOr(
                () -> broker.proxies().size() < shape.proxies() ? List.of("all proxies to register") : List.of()));
        asked(() -> broker.create(new WantedCluster(cluster, nodes))).ifPresent(refusal -> {
            throw new LaunchException("the broker does not create a cluster: " + refusal);
        });
        awaitWhole();
    }

    public BrokerApi broker() {
        return broker;
    }

    /** The names of the coordinators. */
    public List<String> coordinators() {
        return ofKind(ServiceKind.COORDINATOR).toList();
    }

    /** Where the broker listens, without a relay. */
    public String brokerAddress() {
        return StackPlan.brokerAddress(shape);
    }

    /** The addresses of all proxies. */
    public List<HostPort> proxies() {
        return ofKind(ServiceKind.PROXY).map(name -> address(relay(name))).toList();
    }

    /** The service that is the proxy of a node. */
    public String proxyOf(Node node) {
        int port = HostPort.parse(node.proxyAddress().value()).port();
        return serviceAt(port);
    }

    /** The service that is a node. */
    public String redisOf(Node node) {
        return serviceAt(HostPort.parse(node.address().value()).port());
    }

    private String serviceAt(int relayPort) {
        return relays.entrySet().stream()
                .filter(relay -> relay.getValue().port() == relayPort)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new LaunchException("no service is reached by port " + relayPort));
    }

    /** The services on the host of a proxy: the proxy and its nodes. */
    public Set<String> hostOf(String proxy) {
        int index = Integer.parseInt(proxy.substring(proxy.lastIndexOf('-') + 1)) - 1;
        return Set.copyOf(StackPlan.servicesOfHost(shape, index));
    }

    public ProcessIdentity process(String service) {
        return processes.of(service);
    }

    /** Kills a service; connections to it are refused when this returns. */
    public void kill(String service) {
        Signals.kill(process(service));
        Relay relay = relays.get(service);
        if (relay != null) {
            relay.refuse();
        }
    }

    /** Stops a service as it is; it goes on with {@link #recover}. */
    public void pause(String service) {
        Signals.stop(process(service));
    }

    /** Starts a service that has been killed, and does not wait until it answers. */
    public void startAgain(String service) {
        processes.start(requireNonNull(services.get(service), () -> "no service " + service));
        Relay relay = relays.get(service);
        if (relay != null) {
            relay.listen();
        }
    }

    /** The ways between services, {@link #CLIENTS} among them; a proxy's own nodes are reached through relays, too. */
    public NetworkCuts network() {
        return network;
    }

    /** Ends all connections to a service, also those that wait for the network. */
    public void disconnect(String service) {
        relay(service).disconnect();
    }

    /** Lets the network be whole, stopped services go on, starts those that have ended, and waits until all answer. */
    public void recover() {
        network.heal();
        processes.all().forEach(Signals::goOn);
        services.values().stream()
                .map(ServiceSpec::name)
                .filter(service -> !LiveProcesses.isRunning(process(service)))
                .forEach(this::startAgain);
        awaitReady(List.copyOf(services.values()));
    }

    private void awaitReady(List<ServiceSpec> all) {
        await.until(() -> all.stream()
                .filter(service -> !Probe.isReady(service.readiness()))
                .map(ServiceSpec::name)
                .toList());
    }

    /** Waits until all proxies are in service and all copies in sync. */
    public void awaitWhole() {
        await.until(() -> askedOr(() -> {
            List<String> missing = new ArrayList<>();
            if (!broker.hasAllCopies(cluster)) {
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
                broker.cluster(cluster).map(found -> found.epoch().value()).orElse(0L);
        List<String> outdated = new ArrayList<>();
        for (int i = 0; i < shape.proxies(); i++) {
            try (ControlConnection proxy =
                    ControlConnection.openLoggedIn(shape.ports().proxyResp(i))) {
                if (Long.parseLong(String.valueOf(proxy.call("UMCTL", "GETEPOCH"))) < wanted) {
                    outdated.add("proxy-" + (i + 1) + " to get epoch " + wanted);
                }
            }
        }
        return outdated;
    }

    /** The nodes of the cluster. */
    public List<Node> nodes() {
        return asked(() -> broker.cluster(cluster))
                .orElseThrow(() -> new LaunchException("the broker knows no cluster " + cluster))
                .nodes();
    }

    /** Gives each half of every chunk one master, and waits until that is so. */
    public void balance() {
        order(() -> broker.balance(cluster));
        awaitWhole();
    }

    public void switchOver(ProxyAddress proxy) {
        order(() -> broker.switchOver(proxy));
    }

    private interface Question<T> {
        T ask() throws IOException;
    }

    private interface Order {
        void give() throws IOException;
    }

    private static List<String> askedOr(Question<List<String>> question) {
        try {
            return question.ask();
        } catch (IOException e) {
            return List.of("the broker (" + e.getMessage() + ")");
        }
    }

    private static <T> T asked(Question<T> question) {
        try {
            return question.ask();
        } catch (IOException e) {
            throw notDone(e);
        }
    }

    private static void order(Order order) {
        try {
            order.give();
        } catch (IOException e) {
            throw notDone(e);
        }
    }

    private static LaunchException notDone(IOException e) {
        return new LaunchException("the broker did not do it: " + e.getMessage(), e);
    }

    /** The same service, with the relays as its own address and those of others. */
    private ServiceSpec relayed(ServiceSpec service) {
        List<String> command = new ArrayList<>(service.command());
        command.replaceAll(word -> ADDRESSES.stream().anyMatch(word::startsWith) ? withRelays(word) : word);
        if (service.kind() == ServiceKind.REDIS) {
            command.addAll(List.of(
                    "--replica-announce-port",
                    String.valueOf(relay(service.name()).port())));
        }
        return new ServiceSpec(service.name(), service.kind(), command, service.listeners(), service.readiness());
    }

    /** A property whose value is one address or several. */
    private String withRelays(String property) {
        int value = property.indexOf('=') + 1;
        return Stream.of(property.substring(value).split(","))
                .map(HostPort::parse)
                .map(address -> address(relayTo(address.port())).toString())
                .collect(Collectors.joining(",", property.substring(0, value), ""));
    }

    private Relay relayTo(int port) {
        return relays.values().stream()
                .filter(relay -> relay.target() == port)
                .findFirst()
                .orElseThrow(() -> new LaunchException("no relay passes on to port " + port));
    }

    private Relay relay(String service) {
        return requireNonNull(relays.get(service), () -> "no relay to " + service);
    }

    private static HostPort address(Relay relay) {
        return new HostPort(HOST, relay.port());
    }

    /** The service that has opened a connection to a relay. */
    private String client(Socket accepted) {
        Map<Long, String> running = new LinkedHashMap<>();
        processes.byService().forEach((service, process) -> running.put(process.pid(), service));
        return SocketOwners.ofOtherEnd(accepted, running.keySet())
                .map(running::get)
                .orElse(CLIENTS);
    }

    private Stream<String> ofKind(ServiceKind kind) {
        return services.values().stream()
                .filter(service -> service.kind() == kind)
                .map(ServiceSpec::name);
    }

    @Override
    public void close() {
        processes.close();
        relays.values().forEach(Relay::close);
        network.heal();
    }
}
