package io.undermoon.testing;

import io.undermoon.bundle.Bundle;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A Redis cluster on this machine, with the processes of a real system: a broker, a coordinator, proxies, and two Redis
 * nodes for each. It is there from {@link #start} to {@link #close}, or to the end of this program, however that comes,
 * and has no data before and leaves none. A shared cluster is there as long as any program uses it. Thread-safe.
 *
 * <pre>{@code
 * try (UndermoonCluster cluster = UndermoonCluster.start()) {
 *     RedisClient client = connect(cluster.uris());
 * }
 * }</pre>
 */
public final class UndermoonCluster implements AutoCloseable {
    /** Where the services are unpacked and shared clusters are; a directory of the user. */
    private static final String HOME_PROPERTY = "undermoon.home";

    private static final Duration POLL = Duration.ofMillis(10);
    private static final Duration END_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CALL_TIMEOUT = Duration.ofMinutes(1);
    private static final int HTTP_OK = 200;
    private static final int NODES_PER_PROXY = 2;

    private final ClusterSettings settings;
    private final Path data;
    private final Attachment attachment;
    private ClusterDescription description;
    private boolean closed;

    private UndermoonCluster(
            ClusterSettings settings, Path data, Attachment attachment, ClusterDescription description) {
        this.settings = settings;
        this.data = data;
        this.attachment = attachment;
        this.description = description;
    }

    /** One of 4 nodes of its own, on free ports. */
    public static UndermoonCluster start() {
        return start(ClusterSettings.DEFAULT);
    }

    /**
     * Starts a cluster, or joins the programs that share one.
     *
     * @throws ClusterStartException if it does not serve in time
     */
    public static UndermoonCluster start(ClusterSettings settings) {
        try {
            Path home = Path.of(System.getProperty(HOME_PROPERTY, System.getProperty("user.home") + "/.undermoon"))
                    .toAbsolutePath();
            Bundle bundle = Bundle.unpackBelow(home.resolve("bundles"));
            Path data = settings.shared().isPresent()
                    ? home.resolve("shared").resolve(settings.shared().get())
                    : Files.createTempDirectory("undermoon-");
            return start(settings, bundle, data);
        } catch (IOException e) {
            throw new ClusterStartException("cannot start a cluster: " + e, e);
        }
    }

    private static UndermoonCluster start(ClusterSettings settings, Bundle bundle, Path data) throws IOException {
        long deadline = System.nanoTime() + settings.timeout().toNanos();
        Launcher launcher = null;
        while (System.nanoTime() < deadline) {
            Optional<Attachment> attached = Attachment.to(data);
            if (attached.isPresent()) {
                Optional<ClusterDescription> description =
                        description(attached.get(), Duration.ofNanos(deadline - System.nanoTime()));
                if (description.isPresent()) {
                    removeLog(launcher);
                    return new UndermoonCluster(settings, data, attached.get(), description.get());
                }
            }
            if (launcher == null || !launcher.isRunning()) {
                requireNoFailure(launcher);
                launcher = Launcher.start(bundle, settings, data);
            }
            pause();
        }
        throw new ClusterStartException("the cluster does not serve after "
                + settings.timeout().toSeconds() + " s; the launcher says in "
                + (launcher == null ? data : launcher.log()) + " how far it came");
    }

    /** Empty if the launcher ends before: the last program has left a shared cluster just now, or it cannot start. */
    private static Optional<ClusterDescription> description(Attachment attachment, Duration timeout)
            throws IOException {
        try {
            return Optional.of(attachment.description(timeout));
        } catch (EOFException | SocketException | SocketTimeoutException e) {
            attachment.close();
            return Optional.empty();
        }
    }

    private static void requireNoFailure(@Nullable Launcher ended) throws IOException {
        if (ended != null) {
            Optional<String> failure = ended.failure();
            ended.removeLog();
            if (failure.isPresent()) {
                throw new ClusterStartException("the cluster cannot be started:\n" + failure.get());
            }
        }
    }

    private static void removeLog(@Nullable Launcher launcher) throws IOException {
        if (launcher != null) {
            launcher.removeLog();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterStartException("interrupted", e);
        }
    }

    /** What is to be different from {@link ClusterSettings#DEFAULT}. */
    public static Builder builder() {
        return new Builder();
    }

    /** {@code host:port} of each proxy. A client needs one of them to find the others. */
    public synchronized List<String> proxies() {
        return description.proxies();
    }

    /** {@code redis://host:port} of each proxy. */
    public List<URI> uris() {
        return proxies().stream().map(proxy -> URI.create("redis://" + proxy)).toList();
    }

    /** Whether a client without cluster support can use any proxy. */
    public synchronized boolean hasActiveRedirection() {
        return description.activeRedirection();
    }

    /** The name of the cluster at the broker. */
    public synchronized String name() {
        return description.name();
    }

    /** {@code host:port} of the broker, whose HTTP API scales and inspects the cluster. */
    public synchronized String broker() {
        return description.broker();
    }

    /**
     * Scales the cluster: starts proxies if there are too few, and has the broker plan which slots move. Returns before
     * they have moved; clients notice nothing.
     *
     * @param nodes how many it is to have; a multiple of 4
     * @throws IllegalStateException if the broker refuses, with its words
     */
    public void scale(int nodes) {
        int proxies = nodes / NODES_PER_PROXY;
        if (proxies > proxies().size()) {
            restart(proxies);
        }
        call("POST", "/clusters/migrations/auto/" + name() + "/" + nodes);
    }

    /** The cluster as the broker has it: the reply to {@code GET /api/v3/clusters/meta/<name>}. */
    public String metadata() {
        return call("GET", "/clusters/meta/" + name());
    }

    private String call(String method, String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + broker() + "/api/v3" + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(CALL_TIMEOUT)
                .build();
        try {
            HttpResponse<String> reply = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
            if (reply.statusCode() != HTTP_OK) {
                throw new IllegalStateException("the broker refuses " + method + " " + path + ": " + reply.body());
            }
            return reply.body();
        } catch (IOException e) {
            throw new IllegalStateException("the broker at " + broker() + " does not answer: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The process ids of all services, by names such as {@code proxy-1}, {@code broker} and {@code redis-7001}. */
    public synchronized Map<String, Long> processes() {
        return description.processes();
    }

    /** Whether a service has not ended since it was started. */
    public boolean isRunning(String service) {
        Long pid = processes().get(service);
        return pid != null
                && ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }

    /** The log of a service. */
    public Path log(String service) {
        return data.resolve("logs").resolve(service + ".log");
    }

    /**
     * Kills a service, as {@code kill -9} does, and waits until it has ended; for tests of what an application does
     * then.
     *
     * @throws IllegalArgumentException if there is no such service
     */
    public void kill(String service) {
        Long pid = processes().get(service);
        if (pid == null) {
            throw new IllegalArgumentException(
                    "there is no service " + service + ", but " + processes().keySet());
        }
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        awaitEnd(service, pid);
    }

    /** Starts the services that have ended, and waits until they answer. */
    public void restart() {
        restart(proxies().size());
    }

    /**
     * Starts more proxies, each with two nodes, for a cluster that is to be scaled, and what has ended; waits until all
     * answer.
     *
     * @param proxies how many there are to be
     * @throws IllegalStateException if the launcher refuses, with its words
     */
    public synchronized void restart(int proxies) {
        try {
            description = attachment.order("up " + proxies, settings.timeout());
        } catch (IOException e) {
            throw new IllegalStateException("the launcher of the cluster does not answer: " + e.getMessage(), e);
        }
        description.error().ifPresent(error -> {
            throw new IllegalStateException(error);
        });
    }

    /** Leaves the cluster. If no other program shares it, all its processes have ended when this returns. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            attachment.close();
            if (settings.shared().isEmpty()) {
                // It ends when nothing runs any more.
                awaitEnd("the launcher", attachment.launcher());
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot leave the cluster: " + e.getMessage(), e);
        }
    }

    private static void awaitEnd(String what, long pid) {
        CompletableFuture<ProcessHandle> end =
                ProcessHandle.of(pid).map(ProcessHandle::onExit).orElse(CompletableFuture.completedFuture(null));
        try {
            end.get(END_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(what + ", process " + pid + ", does not end", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Settings under construction; those that are not called are as in {@link ClusterSettings#DEFAULT}. */
    public static final class Builder {
        private int nodes = ClusterSettings.DEFAULT.nodes();
        private boolean activeRedirection = ClusterSettings.DEFAULT.activeRedirection();
        private OptionalInt port = ClusterSettings.DEFAULT.port();
        private Optional<String> shared = ClusterSettings.DEFAULT.shared();
        private Optional<Path> redisServer = ClusterSettings.DEFAULT.redisServer();
        private Duration timeout = ClusterSettings.DEFAULT.timeout();

        private Builder() {}

        /** Redis nodes, masters and replicas together: a multiple of 4. */
        public Builder nodes(int number) {
            nodes = number;
            return this;
        }

        /** Proxies forward commands for slots of others, so that clients without cluster support work. */
        public Builder activeRedirection() {
            activeRedirection = true;
            return this;
        }

        /** Of the first proxy; the other ports are in one block with it, from 21 below to 498 above. */
        public Builder port(int number) {
            port = OptionalInt.of(number);
            return this;
        }

        /** One cluster for all programs of this user that use the name; it is as the first of them wants it. */
        public Builder shared(String name) {
            shared = Optional.of(name);
            return this;
        }

        /** The program to run as Redis nodes: {@code redis-server} of any version, {@code valkey-server}, … */
        public Builder redisServer(Path program) {
            redisServer = Optional.of(program);
            return this;
        }

        /** How long the start may take. */
        public Builder timeout(Duration duration) {
            timeout = duration;
            return this;
        }

        public ClusterSettings settings() {
            return new ClusterSettings(nodes, activeRedirection, port, shared, redisServer, timeout);
        }

        /** As {@link UndermoonCluster#start(ClusterSettings)}. */
        public UndermoonCluster start() {
            return UndermoonCluster.start(settings());
        }
    }
}
