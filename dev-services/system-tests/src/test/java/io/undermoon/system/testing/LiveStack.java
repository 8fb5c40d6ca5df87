package io.undermoon.system.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.datadir.DataDirectory;
import io.undermoon.dev.datadir.StackState;
import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.os.Programs;
import io.undermoon.dev.os.ServiceStarter;
import io.undermoon.dev.plan.Installation;
import io.undermoon.dev.plan.PortLayout;
import io.undermoon.dev.plan.ServiceSpec;
import io.undermoon.dev.plan.StackPlan;
import io.undermoon.dev.testing.FreePorts;
import io.undermoon.dev.testing.LauncherProcess;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Node;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.testsupport.RedisBinary;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A stack that the launcher has started, whose processes a test ends and stops one by one. */
public final class LiveStack {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final int basePort = FreePorts.base();
    private final PortLayout ports = PortLayout.from(basePort);
    private final LauncherProcess undermoon;
    private final DataDirectory data;
    private final int proxies;
    private final String cluster;
    private final List<String> options;
    private final ClusterOperator operator;

    /** The processes that were started without the launcher, which does not end them. */
    private final List<ProcessIdentity> others = new ArrayList<>();

    /**
     * Starts it.
     *
     * @param nodes of the cluster; all proxies beyond are free
     * @param environment of the services, beyond that of the test
     * @param options of {@code undermoon up}, beyond those of the size
     */
    public LiveStack(
            Path directory,
            ClusterName name,
            int nodes,
            int proxies,
            Map<String, String> environment,
            String... options)
            throws IOException, InterruptedException {
        this.undermoon = new LauncherProcess(directory, environment);
        this.data = new DataDirectory(directory);
        this.proxies = proxies;
        this.cluster = name + ":" + nodes;
        this.options = List.of(options);
        this.operator = new ClusterOperator("127.0.0.1:" + ports.broker(), name);
        boolean isUp = false;
        try {
            up();
            isUp = true;
        } finally {
            if (!isUp) {
                down();
            }
        }
    }

    /** Who works on the cluster. */
    public ClusterOperator operator() {
        return operator;
    }

    public PortLayout ports() {
        return ports;
    }

    /** The ports of all proxies. */
    public int[] proxyPorts() {
        return IntStream.range(0, proxies).map(ports::proxyResp).toArray();
    }

    /** Starts the stack, or what is missing of it. */
    public void up() throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                "--proxies=" + proxies,
                "--cluster=" + cluster,
                "--base-port=" + basePort,
                "--timeout=100",
                "--detach"));
        arguments.addAll(options);
        LauncherProcess.Result up = undermoon.run("up", arguments.toArray(String[]::new));
        assertThat(up.exitCode()).as(up.output()).isZero();
    }

    public void down() throws IOException, InterruptedException {
        others.forEach(LiveProcesses::kill);
        undermoon.run("down");
    }

    /** Runs another command of the launcher. */
    public LauncherProcess.Result run(String command) throws IOException, InterruptedException {
        return undermoon.run(command);
    }

    /** The service that is the proxy of a node. */
    public String proxyOf(Node node) {
        return service(node.proxyAddress());
    }

    /** The service that is a proxy. */
    public String service(ProxyAddress proxy) {
        return "proxy-" + (1 + (proxy.port() - ports.proxyResp(0)) / 2);
    }

    /** The service that is a node. */
    public static String redisOf(Node node) {
        return "redis-" + HostPort.parse(node.address().value()).port();
    }

    /** Kills what the launcher has started. */
    public void kill(String service) {
        ProcessIdentity process = process(service);
        LiveProcesses.kill(process);
        await(service + " has ended").atMost(TIMEOUT).until(() -> !LiveProcesses.isRunning(process));
    }

    /** Starts a service without the launcher, which would start all others that are missing, too. */
    public ProcessIdentity startAgain(String name) {
        Installation installation =
                new Installation(LauncherProcess.CHECKOUT, data.root(), Programs.java(), RedisBinary.any());
        ServiceSpec service = StackPlan.of(state().shape(), installation).stream()
                .filter(spec -> spec.name().equals(name))
                .findFirst()
                .orElseThrow();
        ProcessIdentity started = ServiceStarter.start(service, installation.directoryOf(name), data.log(name));
        others.add(started);
        return started;
    }

    /** Stops a process as it is; it goes on with {@link #resume}. */
    public void pause(String service) throws IOException, InterruptedException {
        signal("-STOP", service);
    }

    public void resume(String service) throws IOException, InterruptedException {
        signal("-CONT", service);
    }

    /** The processes that the launcher has started, by service. */
    public Map<String, ProcessIdentity> processes() {
        Map<String, ProcessIdentity> processes = new HashMap<>();
        state().processes().forEach((name, service) -> processes.put(name, service.process()));
        return processes;
    }

    private void signal(String name, String service) throws IOException, InterruptedException {
        String pid = Long.toString(process(service).pid());
        assertThat(new ProcessBuilder("kill", name, pid).inheritIO().start().waitFor())
                .as("kill %s %s", name, pid)
                .isZero();
    }

    private ProcessIdentity process(String service) {
        return state().processes().get(service).process();
    }

    private StackState state() {
        return data.load().orElseThrow();
    }
}
