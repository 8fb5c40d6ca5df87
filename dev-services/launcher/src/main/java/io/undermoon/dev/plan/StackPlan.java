package io.undermoon.dev.plan;

import io.undermoon.dev.plan.ServiceSpec.Listener;
import io.undermoon.dev.plan.ServiceSpec.Readiness;
import io.undermoon.dev.plan.ServiceSpec.Readiness.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** All processes of a stack: a pure function of its shape and of the installation. */
public final class StackPlan {
    private static final String HOST = "127.0.0.1";
    private static final int NODES_PER_PROXY = 2;

    private final StackShape shape;
    private final PortLayout ports;
    private final Installation installation;

    private StackPlan(StackShape shape, Installation installation) {
        this.shape = shape;
        this.ports = shape.ports();
        this.installation = installation;
    }

    /** The services in the order of a listing: broker, coordinators, proxies, Redis nodes. */
    public static List<ServiceSpec> of(StackShape shape, Installation installation) {
        return new StackPlan(shape, installation).services();
    }

    /** The address of the broker's HTTP API in a stack of this shape. */
    public static String brokerAddress(StackShape shape) {
        return address(shape.ports().broker());
    }

    /** The addresses under which the proxies of a stack of this shape register themselves. */
    public static List<String> proxyAddresses(StackShape shape) {
        return IntStream.range(0, shape.proxies())
                .mapToObj(index -> address(shape.ports().proxyResp(index)))
                .toList();
    }

    /** The names of the services on the host of a proxy, which counts from 0: the proxy, then its nodes. */
    public static List<String> servicesOfHost(StackShape shape, int index) {
        List<String> names = new ArrayList<>();
        names.add(proxyName(index));
        IntStream.range(0, NODES_PER_PROXY)
                .mapToObj(node -> redisName(shape.ports().redis(index, node)))
                .forEach(names::add);
        return List.copyOf(names);
    }

    private static String proxyName(int index) {
        return "proxy-" + (index + 1);
    }

    private static String redisName(int port) {
        return "redis-" + port;
    }

    private List<ServiceSpec> services() {
        List<ServiceSpec> services = new ArrayList<>();
        services.add(broker());
        IntStream.range(0, shape.coordinators()).mapToObj(this::coordinator).forEach(services::add);
        IntStream.range(0, shape.proxies()).mapToObj(this::proxy).forEach(services::add);
        IntStream.range(0, shape.proxies() * NODES_PER_PROXY)
                .mapToObj(this::redis)
                .forEach(services::add);
        return List.copyOf(services);
    }

    private ServiceSpec broker() {
        String name = "broker";
        int http = ports.broker();
        List<String> command = controlPlane("64m", "broker-service")
                .with("undermoon.address", address(http))
                .with("undermoon.meta_filename", installation.directoryOf(name).resolve("metadata"))
                .with("quarkus.http.host", HOST)
                .with("quarkus.http.port", http)
                .build();
        return new ServiceSpec(
                name,
                ServiceKind.BROKER,
                command,
                List.of(new Listener(http, "HTTP")),
                new Readiness(Check.HEALTH, http));
    }

    private ServiceSpec coordinator(int index) {
        String name = "coordinator-" + (index + 1);
        int resp = ports.coordinatorResp(index);
        int http = ports.coordinatorHttp(index);
        List<String> command = controlPlane("64m", "coordinator-service")
                .with("undermoon.address", address(resp))
                .with("undermoon.broker_address", address(ports.broker()))
                .with("undermoon.reporter_id", name)
                .with("quarkus.http.host", HOST)
                .with("quarkus.http.port", http)
                .build();
        return new ServiceSpec(
                name,
                ServiceKind.COORDINATOR,
                command,
                List.of(new Listener(resp, "RESP"), new Listener(http, "HTTP")),
                new Readiness(Check.HEALTH, http));
    }

    private ServiceSpec proxy(int index) {
        int resp = ports.proxyResp(index);
        int replica = ports.proxyReplica(index);
        int http = ports.proxyHttp(index);
        List<String> command = JavaCommand.proxy(installation.java(), installation.serviceJar("proxy-service"))
                .with("undermoon.address", address(resp))
                .with("undermoon.announce_address", address(resp))
                .with("undermoon.replica_port", replica)
                .with("undermoon.node_addresses", address(ports.redis(index, 0)) + "," + address(ports.redis(index, 1)))
                .with("undermoon.broker_address", address(ports.broker()))
                .with("undermoon.host", "local-" + (index + 1))
                .with("undermoon.index", index)
                .with("undermoon.active_redirection", shape.activeRedirection())
                .with("quarkus.http.host", HOST)
                .with("quarkus.http.port", http)
                .build();
        // A proxy that serves no cluster yet is not "ready" in the sense of its health check, but it is started.
        return new ServiceSpec(
                proxyName(index),
                ServiceKind.PROXY,
                command,
                List.of(
                        new Listener(resp, "RESP"),
                        new Listener(replica, "RESP of replicas"),
                        new Listener(http, "HTTP")),
                new Readiness(Check.PING, resp));
    }

    private ServiceSpec redis(int index) {
        int port = ports.redis(index / NODES_PER_PROXY, index % NODES_PER_PROXY);
        String name = redisName(port);
        List<String> command =
                new ArrayList<>(List.of(installation.redisServer().toString()));
        command.addAll(List.of("--bind", HOST, "--port", String.valueOf(port)));
        command.addAll(List.of("--dir", installation.directoryOf(name).toString()));
        // The append-only file is what survives; snapshots on a timer would only repeat it.
        command.addAll(List.of("--appendonly", "yes", "--save", ""));
        command.addAll(List.of("--repl-diskless-sync-delay", "0"));
        command.addAll(List.of("--daemonize", "no", "--logfile", ""));
        return new ServiceSpec(
                name, ServiceKind.REDIS, command, List.of(new Listener(port, "RESP")), new Readiness(Check.PING, port));
    }

    /** Small and quick to start rather than fast: these two work for the proxies, not for clients. */
    private JavaCommand controlPlane(String heap, String module) {
        return JavaCommand.of(installation.java(), installation.serviceJar(module))
                .flag("-Xmx" + heap)
                .flag("-XX:+UseSerialGC")
                .flag("-XX:TieredStopAtLevel=1");
    }

    private static String address(int port) {
        return HOST + ":" + port;
    }
}
