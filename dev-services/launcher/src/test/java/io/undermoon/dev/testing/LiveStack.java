package io.undermoon.dev.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.datadir.DataDirectory;
import io.undermoon.dev.os.LiveProcesses;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.plan.PortLayout;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.HostPort;
import io.undermoon.metadata.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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
    private final ClusterOperator operator;

    /**
     * Starts it.
     *
     * @param nodes of the cluster; all proxies beyond are free
     * @param environment of the services, beyond that of the test
     */
    public LiveStack(Path directory, ClusterName name, int nodes, int proxies, Map<String, String> environment)
            throws IOException, InterruptedException {
        this.undermoon = new LauncherProcess(directory, environment);
        this.data = new DataDirectory(directory);
        this.proxies = proxies;
        this.cluster = name + ":" + nodes;
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

    /** The ports of all proxies. */
    public int[] proxyPorts() {
        return IntStream.range(0, proxies).map(ports::proxyResp).toArray();
    }

    /** Starts the stack, or what is missing of it. */
    public void up() throws IOException, InterruptedException {
        LauncherProcess.Result up = undermoon.run(
                "up",
                "--proxies=" + proxies,
                "--cluster=" + cluster,
                "--base-port=" + basePort,
                "--timeout=100",
                "--detach");
        assertThat(up.exitCode()).as(up.output()).isZero();
    }

    public void down() throws IOException, InterruptedException {
        undermoon.run("down");
    }

    /** The service that is the proxy of a node. */
    public String proxyOf(Node node) {
        return "proxy-" + (1 + (node.proxyAddress().port() - ports.proxyResp(0)) / 2);
    }

    /** The service that is a node. */
    public static String redisOf(Node node) {
        return "redis-" + HostPort.parse(node.address().value()).port();
    }

    public void kill(String service) throws IOException {
        ProcessIdentity process = process(service);
        LiveProcesses.kill(process);
        await(service + " has ended").atMost(TIMEOUT).until(() -> !LiveProcesses.isRunning(process));
    }

    /** Stops a process as it is; it goes on with {@link #resume}. */
    public void pause(String service) throws IOException, InterruptedException {
        signal("-STOP", service);
    }

    public void resume(String service) throws IOException, InterruptedException {
        signal("-CONT", service);
    }

    private void signal(String name, String service) throws IOException, InterruptedException {
        String pid = Long.toString(process(service).pid());
        assertThat(new ProcessBuilder("kill", name, pid).inheritIO().start().waitFor())
                .as("kill %s %s", name, pid)
                .isZero();
    }

    private ProcessIdentity process(String service) throws IOException {
        return data.load().orElseThrow().processes().get(service).process();
    }
}
