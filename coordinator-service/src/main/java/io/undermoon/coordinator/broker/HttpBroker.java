package io.undermoon.coordinator.broker;

import io.undermoon.client.BrokerHttp;
import io.undermoon.client.BrokerHttpException;
import io.undermoon.client.BrokerToken;
import io.undermoon.client.HttpReply;
import io.undermoon.client.Installation;
import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.port.FailureLedger;
import io.undermoon.coordinator.port.MetadataSource;
import io.undermoon.json.Json;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterInfo;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationMeta;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.tls.TlsContext;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The broker over its HTTP API {@code /api/v3}, ours or the original's. Thread-safe; callers wait. */
public final class HttpBroker implements MetadataSource, FailureLedger {
    static final int PAGE_SIZE = 2000;

    private static final int MAX_PAGES = 100;
    private static final Duration WATCH_TIME = Duration.ofSeconds(20);
    /** The broker asks every proxy for its epoch. */
    private static final Duration RECOVERY_TIME = Duration.ofSeconds(30);

    /** The broker asks the source of the migration. */
    private static final Duration ABORT_TIME = Duration.ofSeconds(5);

    private final BrokerHttp http;
    private final Installation installation = Installation.ofBrokers();
    private final String reporterId;

    private volatile boolean tellsEpochs = true;

    /** The last answer of {@link #confirmedEpochs}: one global epoch has one content. */
    private volatile @Nullable Confirmed confirmed;

    private record Confirmed(Epoch epoch, Map<ProxyAddress, Epoch> epochs) {}

    /**
     * @param reporterId what distinguishes this coordinator's failure reports from those of others
     * @param timeout for a whole call at each broker
     * @param gzip whether to ask for compressed replies
     * @param tls absent for plain HTTP
     * @param token of an operator at the brokers
     */
    public HttpBroker(
            BrokerList brokers,
            String reporterId,
            Duration timeout,
            boolean gzip,
            @Nullable TlsContext tls,
            BrokerToken token) {
        this.http = new BrokerHttp(brokers, timeout, timeout, gzip, tls, token, installation);
        this.reporterId = reporterId;
    }

    /** The installation that the brokers belong to; absent as long as none has said so. */
    public @Nullable String installation() {
        return installation.id();
    }

    @Override
    public Epoch epoch() {
        return get("/epoch", Epoch.class);
    }

    @Override
    public Optional<Epoch> awaitEpochOtherThan(Epoch known) {
        String path = "/watch?epoch=" + known + "&timeout=" + WATCH_TIME.toSeconds();
        HttpReply reply = send("GET", path, WATCH_TIME);
        if (isUnknownPath(reply)) {
            return Optional.empty();
        }
        return Optional.of(read(reply, BrokerMessages.EpochBody.class).epoch());
    }

    @Override
    public Optional<Map<ProxyAddress, Epoch>> wantedEpochs() {
        return epochs(this::get);
    }

    @Override
    public Optional<Map<ProxyAddress, Epoch>> confirmedEpochs() {
        Epoch before = read(getConfirmed("/epoch"), Epoch.class);
        Confirmed known = confirmed;
        if (known != null && known.epoch().equals(before)) {
            return Optional.of(known.epochs());
        }
        Optional<Map<ProxyAddress, Epoch>> epochs = epochs(this::getConfirmed);
        if (!read(getConfirmed("/epoch"), Epoch.class).equals(before)) {
            throw new BrokerException("the metadata changed while it was read");
        }
        epochs.ifPresent(all -> confirmed = new Confirmed(before, all));
        return epochs;
    }

    private HttpReply getConfirmed(String path) {
        try {
            return http.getConfirmed(path);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public boolean confirmsEpochs() {
        return tellsEpochs;
    }

    private Optional<Map<ProxyAddress, Epoch>> epochs(Function<String, HttpReply> get) {
        String path = "/proxies/epochs";
        HttpReply first = get.apply(path + page(0));
        tellsEpochs = !isUnknownPath(first);
        if (isUnknownPath(first)) {
            return Optional.empty();
        }
        Map<ProxyAddress, Epoch> epochs = new LinkedHashMap<>();
        HttpReply reply = first;
        for (int i = 0; i < MAX_PAGES; i++) {
            Map<ProxyAddress, Epoch> part =
                    read(reply, BrokerMessages.Epochs.class).epochs();
            epochs.putAll(part);
            if (part.size() < PAGE_SIZE) {
                return Optional.of(epochs);
            }
            reply = get.apply(path + page(i + 1));
        }
        throw endless(path);
    }

    @Override
    public List<ProxyAddress> proxies() {
        return pages("/proxies/addresses", BrokerMessages.Addresses.class, BrokerMessages.Addresses::addresses);
    }

    @Override
    public Set<ProxyAddress> failedProxies() {
        return new HashSet<>(
                get("/proxies/failed/addresses", BrokerMessages.Addresses.class).addresses());
    }

    @Override
    public Optional<Proxy> proxy(ProxyAddress address) {
        return Optional.ofNullable(get("/proxies/meta/" + segment(address), BrokerMessages.ProxyBody.class)
                .proxy());
    }

    @Override
    public List<ClusterName> clusterNames() {
        return pages("/clusters/names", BrokerMessages.Names.class, BrokerMessages.Names::names);
    }

    @Override
    public Optional<Cluster> cluster(ClusterName name) {
        return Optional.ofNullable(get("/clusters/meta/" + segment(name), BrokerMessages.ClusterBody.class)
                .cluster());
    }

    @Override
    public Optional<ClusterInfo> clusterInfo(ClusterName name) {
        String path = "/clusters/info/" + segment(name);
        HttpReply reply = get(path);
        return reply.status() == 404 ? Optional.empty() : Optional.of(read(reply, ClusterInfo.class));
    }

    @Override
    public Optional<Map<ProxyAddress, ClusterName>> memberships() {
        HttpReply reply = get("/clusters/proxies");
        if (isUnknownPath(reply)) {
            return Optional.empty();
        }
        Map<ProxyAddress, ClusterName> memberships = new HashMap<>();
        read(reply, BrokerMessages.ClusterProxies.class)
                .clusters()
                .forEach((name, proxies) -> proxies.forEach(proxy -> memberships.put(proxy, name)));
        return Optional.of(memberships);
    }

    @Override
    public Optional<ClusterUpdate> update(ClusterName name, Epoch base) {
        HttpReply reply = get("/clusters/updates/" + segment(name) + "?base=" + base);
        return isUnknownPath(reply) ? Optional.empty() : Optional.of(read(reply, ClusterUpdate.class));
    }

    @Override
    public CommitOutcome commit(MigrationTask task) {
        String path = "/clusters/migrations";
        HttpReply reply = put(path, task);
        if (reply.isSuccess()) {
            return CommitOutcome.COMMITTED;
        }
        return switch (reply.status()) {
            case 404 -> CommitOutcome.GONE;
            case 409 -> CommitOutcome.RETRY;
            default -> throw refused(reply);
        };
    }

    @Override
    public boolean abort(MigrationTask task) {
        Epoch epoch = task.slotRange()
                .migration()
                .map(MigrationMeta::epoch)
                .orElseThrow(() -> new IllegalArgumentException("no migration: " + task));
        String path = "/clusters/migrations/" + segment(task.clusterName()) + "?slots="
                + task.slotRange().rangeList() + "&epoch=" + epoch;
        HttpReply reply = send("DELETE", path, ABORT_TIME);
        return switch (reply.status()) {
            case 200, 404 -> true;
            case 409 -> false;
            default -> throw refused(reply);
        };
    }

    @Override
    public void reportProgress(List<ProgressReport> reports) {
        String path = "/clusters/migrations/progress";
        HttpReply reply = put(path, new BrokerMessages.ProgressReports(reports));
        accept(reply);
    }

    @Override
    public List<ProxyAddress> recoverEpochs() {
        String path = "/epoch/recovery";
        HttpReply reply = send("PUT", path, RECOVERY_TIME);
        return read(reply, BrokerMessages.FailedAddresses.class).failedAddresses();
    }

    @Override
    public void report(ProxyAddress proxy) {
        String path = "/failures/" + segment(proxy) + "/" + segment(reporterId);
        HttpReply reply = send("POST", path, Duration.ZERO);
        if (!reply.isSuccess()) {
            throw refused(reply);
        }
    }

    @Override
    public void withdraw(ProxyAddress proxy) {
        accept(send("DELETE", "/failures/" + segment(proxy) + "/" + segment(reporterId), Duration.ZERO));
    }

    @Override
    public void register() {
        accept(send("PUT", "/coordinators/" + segment(reporterId), Duration.ZERO));
    }

    private static void accept(HttpReply reply) {
        if (!reply.isSuccess() && !isUnknownPath(reply)) {
            throw refused(reply);
        }
    }

    @Override
    public List<ReplicaReport> reportReplicas(List<ReplicaReport> reports) {
        HttpReply reply = put("/clusters/replicas", new BrokerMessages.ReplicaReports(reports));
        return isUnknownPath(reply)
                ? List.of()
                : read(reply, BrokerMessages.OutdatedReports.class).outdated();
    }

    @Override
    public List<ProxyAddress> agreedFailures() {
        return get("/failures", BrokerMessages.Addresses.class).addresses();
    }

    @Override
    public Outcome failOver(ProxyAddress proxy) {
        String path = "/proxies/failover/" + segment(proxy);
        HttpReply reply = send("POST", path, Duration.ZERO);
        return switch (reply.status()) {
            case 404 -> new Outcome.Unknown();
            case 409 -> new Outcome.Retry(reply.refusal().reason());
            default ->
                new Outcome.TakenOver(Optional.ofNullable(
                        read(reply, BrokerMessages.ProxyBody.class).proxy()));
        };
    }

    /** The original answers 405 for paths it does not know. */
    private static boolean isUnknownPath(HttpReply reply) {
        return reply.status() == 404 || reply.status() == 405;
    }

    /** Every page until one is not full; a page that fails is a failure, not the end. */
    private <P, E> List<E> pages(String path, Class<P> type, Function<P, ? extends Collection<E>> elements) {
        Set<E> all = new LinkedHashSet<>();
        for (int i = 0; i < MAX_PAGES; i++) {
            Collection<E> part = elements.apply(get(path + page(i), type));
            all.addAll(part);
            if (part.size() < PAGE_SIZE) {
                return new ArrayList<>(all);
            }
        }
        throw endless(path);
    }

    private static String page(int index) {
        return "?offset=" + index * PAGE_SIZE + "&limit=" + PAGE_SIZE;
    }

    private static BrokerException endless(String path) {
        return new BrokerException("GET " + path + " has no end after " + MAX_PAGES + " pages");
    }

    private <T> T get(String path, Class<T> type) {
        return read(get(path), type);
    }

    private HttpReply get(String path) {
        return send("GET", path, Duration.ZERO);
    }

    /** A request without a body for which the broker may take some time on top of the time limit. */
    private HttpReply send(String method, String path, Duration extraTime) {
        try {
            return http.send(method, path, extraTime);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private HttpReply put(String path, Object body) {
        try {
            return http.send("PUT", path, Json.mapper().writeValueAsBytes(body));
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private static <T> T read(HttpReply reply, Class<T> type) {
        try {
            return reply.read(type);
        } catch (BrokerHttpException e) {
            throw failure(e);
        }
    }

    private static BrokerException refused(HttpReply reply) {
        return failure(reply.refusal());
    }

    private static BrokerException failure(IOException e) {
        return new BrokerException(String.valueOf(e.getMessage()), e);
    }

    /** Text as one segment of a path. A colon may stay, and stays: the original does not decode what it gets. */
    private static String segment(Object value) {
        return URLEncoder.encode(value.toString(), StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%3A", ":")
                .replace("%40", "@");
    }
}
