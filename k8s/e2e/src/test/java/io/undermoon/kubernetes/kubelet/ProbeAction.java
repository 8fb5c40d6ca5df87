package io.undermoon.kubernetes.kubelet;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ExecAction;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.TCPSocketAction;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Does to a container what probes and hooks say: asks it by HTTP, connects to it, runs a command in it. */
final class ProbeAction {
    private static final int FIRST_SUCCESS = 200;
    private static final int FIRST_FAILURE = 400;

    private final Container container;
    private final String address;
    private final Map<String, String> environment;

    /** @param address of the pod */
    ProbeAction(Container container, String address, Map<String, String> environment) {
        this.container = container;
        this.address = address;
        this.environment = environment;
    }

    boolean succeeds(Probe probe, Process process) {
        Duration limit = Duration.ofSeconds(
                Optional.ofNullable(probe.getTimeoutSeconds()).orElse(1));
        return does(probe.getExec(), probe.getHttpGet(), probe.getTcpSocket(), process, limit);
    }

    /** Runs a hook to its end, or to the end of the time. */
    void run(LifecycleHandler hook, Process process, Duration limit) {
        if (hook.getSleep() != null) {
            await(process, Duration.ofSeconds(hook.getSleep().getSeconds()));
        } else {
            does(hook.getExec(), hook.getHttpGet(), hook.getTcpSocket(), process, limit);
        }
    }

    private boolean does(
            @Nullable ExecAction exec,
            @Nullable HTTPGetAction http,
            @Nullable TCPSocketAction tcp,
            Process process,
            Duration limit) {
        try {
            if (exec != null) {
                return executes(exec, process, limit);
            }
            return http == null ? connects(tcp, limit) : answers(http, limit);
        } catch (IOException e) {
            return false;
        }
    }

    private boolean executes(ExecAction action, Process process, Duration limit) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(Sandbox.inside(process, action.getCommand()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process command = builder.start();
        command.getOutputStream().close();
        boolean ended = await(command, limit);
        command.descendants().forEach(ProcessHandle::destroyForcibly);
        command.destroyForcibly();
        return ended && command.exitValue() == 0;
    }

    private boolean answers(HTTPGetAction action, Duration limit) throws IOException {
        String scheme = Optional.ofNullable(action.getScheme()).orElse("HTTP").toLowerCase(Locale.ROOT);
        String path = Optional.ofNullable(action.getPath()).orElse("/");
        URI uri = URI.create(scheme + "://" + address + ":" + port(action.getPort()) + path);
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        try {
            connection.setConnectTimeout((int) limit.toMillis());
            connection.setReadTimeout((int) limit.toMillis());
            connection.setRequestProperty("Connection", "close");
            int status = connection.getResponseCode();
            return status >= FIRST_SUCCESS && status < FIRST_FAILURE;
        } finally {
            connection.disconnect();
        }
    }

    private boolean connects(@Nullable TCPSocketAction action, Duration limit) throws IOException {
        if (action == null) {
            throw new IllegalArgumentException("no probes of the kind that container " + container.getName() + " has");
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port(action.getPort())), (int) limit.toMillis());
            return true;
        }
    }

    private int port(IntOrString port) {
        if (port.getIntVal() != null) {
            return port.getIntVal();
        }
        return container.getPorts().stream()
                .filter(declared -> port.getStrVal().equals(declared.getName()))
                .map(ContainerPort::getContainerPort)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no port " + port.getStrVal() + " in container " + container.getName()));
    }

    private static boolean await(Process process, Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
