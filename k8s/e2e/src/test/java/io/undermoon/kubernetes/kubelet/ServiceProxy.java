package io.undermoon.kubernetes.kubelet;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The cluster IPs of services: whoever connects to one is connected to a pod behind it that is ready, and refused where
 * there is none.
 */
final class ServiceProxy implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ServiceProxy.class.getName());
    private static final int CONNECT_MILLIS = 2000;
    private static final long ROUND_MILLIS = 200;
    private static final int BACKLOG = 100;

    /** A port of a service, as clients see it. */
    private record Front(String address, int port) {}

    private final Endpoints endpoints;
    private final Map<Front, ServerSocket> listening = new HashMap<>();
    private final ScheduledExecutorService rounds = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "service-proxy");
        thread.setDaemon(true);
        return thread;
    });

    ServiceProxy(Endpoints endpoints) {
        this.endpoints = endpoints;
        rounds.scheduleWithFixedDelay(this::round, 0, ROUND_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Listens no longer: another one may be about to listen at the same addresses. */
    @Override
    public void close() {
        CompletableFuture.runAsync(this::closeAll, rounds).join();
        rounds.shutdownNow();
    }

    private void closeAll() {
        listening.values().forEach(ServiceProxy::closed);
    }

    /** Listens for what has pods, and no longer for what has none. */
    private void round() {
        try {
            listen();
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.WARNING, e, () -> "the next round tries it again");
        }
    }

    private void listen() throws IOException {
        Set<Front> wanted = new HashSet<>();
        for (Service service : endpoints.services()) {
            String address = service.getSpec().getClusterIP();
            if (address != null && !address.isEmpty() && !address.equals("None")) {
                for (ServicePort port : service.getSpec().getPorts()) {
                    Front front = new Front(address, port.getPort());
                    if (!targets(front).isEmpty()) {
                        wanted.add(front);
                    }
                }
            }
        }
        for (Front front : wanted) {
            if (!listening.containsKey(front)) {
                listen(front);
            }
        }
        for (Front front : Set.copyOf(listening.keySet())) {
            if (!wanted.contains(front)) {
                listening.remove(front).close();
            }
        }
    }

    private void listen(Front front) throws IOException {
        ServerSocket server = new ServerSocket(front.port(), BACKLOG, InetAddress.getByName(front.address()));
        listening.put(front, server);
        start(() -> accept(front, server));
    }

    private void accept(Front front, ServerSocket server) {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                start(() -> connect(front, client));
            } catch (IOException e) {
                // The server was closed, or the client has gone.
            }
        }
    }

    private void connect(Front front, Socket client) {
        try (client;
                Socket pod = new Socket()) {
            List<InetSocketAddress> targets = targets(front);
            if (targets.isEmpty()) {
                return;
            }
            pod.connect(targets.get(ThreadLocalRandom.current().nextInt(targets.size())), CONNECT_MILLIS);
            Thread back = start(() -> copy(pod, client));
            copy(client, pod);
            back.join();
        } catch (IOException e) {
            // The client finds its connection closed.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
            to.shutdownOutput();
        } catch (IOException e) {
            closed(from);
            closed(to);
        }
    }

    private static void closed(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }

    private List<InetSocketAddress> targets(Front front) {
        for (Service service : endpoints.services()) {
            if (front.address().equals(service.getSpec().getClusterIP())) {
                @Nullable
                String port = service.getSpec().getPorts().stream()
                        .filter(declared -> declared.getPort() == front.port())
                        .map(declared -> Optional.ofNullable(declared.getName()).orElse(""))
                        .findFirst()
                        .orElse(null);
                return port == null ? List.of() : endpoints.targets(service, port);
            }
        }
        return List.of();
    }

    private static Thread start(Runnable task) {
        Thread thread = new Thread(task, "service-connection");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
