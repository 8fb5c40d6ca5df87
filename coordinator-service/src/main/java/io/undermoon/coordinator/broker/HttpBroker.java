package io.undermoon.coordinator.broker;

import com.fasterxml.jackson.core.JsonProcessingException;
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
    static final int PAGE_SIZE = 100;

    private static final int MAX_PAGES = 10_000;
    private static final byte[] NO_BODY = new byte[0];
    private static final Duration WATCH_TIME = Duration.ofSeconds(20);
    /** The broker asks every proxy for its epoch. */
    private static final Duration RECOVERY_TIME = Duration.ofSeconds(30);

    /** The broker asks the source of the migration. */
    private static final Duration ABORT_TIME = Duration.ofSeconds(5);

    private final BrokerHttp http;
    private final String reporterId;

    /**
     * @param reporterId what distinguishes this coordinator's failure reports from those of others
     * @param timeout for a whole call at each broker
     * @param gzip whether to ask for compressed replies
     * @param tls absent for plain HTTP
     */
    public HttpBroker(BrokerList brokers, String reporterId, Duration timeout, boolean gzip, @Nullable TlsContext tls) {
        this.http = new BrokerHttp(brokers, timeout, gzip, tls);
        this.reporterId = reporterId;
    }

    @Override
    public Epoch epoch() {
        return get("/epoch", Epoch.class);
    }

    @Override
    public Optional<Epoch> awaitEpochOtherThan(Epoch known) {
        String path = "/watch?epoch=" + known + "&timeout=" + WATCH_TIME.toSeconds();
        BrokerHttp.Reply reply = http.send("GET", path, NO_BODY, WATCH_TIME);
        if (isUnknownPath(reply)) {
            return Optional.empty();
        }
        return Optional.of(read(path, reply, Wire.EpochBody.class).epoch());
    }

    @Override
    public Optional<Map<ProxyAddress, Epoch>> wantedEpochs() {
        String path = "/proxies/epochs";
        BrokerHttp.Reply first = http.get(path + page(0));
        if (isUnknownPath(first)) {
            return Optional.empty();
        }
        Map<ProxyAddress, Epoch> epochs = new LinkedHashMap<>();
        BrokerHttp.Reply reply = first;
        for (int i = 0; i < MAX_PAGES; i++) {
            Map<ProxyAddress, Epoch> part = read(path, reply, Wire.Epochs.class).epochs();
            epochs.putAll(part);
            if (part.size() < PAGE_SIZE) {
                return Optional.of(epochs);
            }
            reply = http.get(path + page(i + 1));
        }
        throw endless(path);
    }

    @Override
    public List<ProxyAddress> proxies() {
        return pages("/proxies/addresses", Wire.Addresses.class, Wire.Addresses::addresses);
    }

    @Override
    public Set<ProxyAddress> failedProxies() {
        return new HashSet<>(
                get("/proxies/failed/addresses", Wire.Addresses.class).addresses());
    }

    @Override
    public Optional<Proxy> proxy(ProxyAddress address) {
        return Optional.ofNullable(
                get("/proxies/meta/" + segment(address), Wire.ProxyBody.class).proxy());
    }

    @Override
    public List<ClusterName> clusterNames() {
        return pages("/clusters/names", Wire.Names.class, Wire.Names::names);
    }

    @Override
    public Optional<Cluster> cluster(ClusterName name) {
        return Optional.ofNullable(
                get("/clusters/meta/" + segment(name), Wire.ClusterBody.class).cluster());
    }

    @Override
    public Optional<ClusterInfo> clusterInfo(ClusterName name) {
        String path = "/clusters/info/" + segment(name);
        BrokerHttp.Reply reply = http.get(path);
        return reply.status() == 404 ? Optional.empty() : Optional.of(read(path, reply, ClusterInfo.class));
    }

    @Override
    public CommitOutcome commit(MigrationTask task) {
        String path = "/clusters/migrations";
        BrokerHttp.Reply reply = http.send("PUT", path, json(task));
        if (reply.isSuccess()) {
            return CommitOutcome.COMMITTED;
        }
        return switch (reply.status()) {
            case 404 -> CommitOutcome.GONE;
            case 409 -> CommitOutcome.RETRY;
            default -> throw BrokerErrors.refusal("PUT " + path, reply);
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
        BrokerHttp.Reply reply = http.send("DELETE", path, NO_BODY, ABORT_TIME);
        return switch (reply.status()) {
            case 200, 404 -> true;
            case 409 -> false;
            default -> throw BrokerErrors.refusal("DELETE " + path, reply);
        };
    }

    @Override
    public void reportProgress(List<ProgressReport> reports) {
        String path = "/clusters/migrations/progress";
        BrokerHttp.Reply reply = http.send("PUT", path, json(new Wire.ProgressReports(reports)));
        if (!reply.isSuccess() && !isUnknownPath(reply)) {
            throw BrokerErrors.refusal("PUT " + path, reply);
        }
    }

    @Override
    public List<ProxyAddress> recoverEpochs() {
        String path = "/epoch/recovery";
        BrokerHttp.Reply reply = http.send("PUT", path, NO_BODY, RECOVERY_TIME);
        return read(path, reply, Wire.FailedAddresses.class).failedAddresses();
    }

    @Override
    public void report(ProxyAddress proxy) {
        String path = "/failures/" + segment(proxy) + "/" + segment(reporterId);
        BrokerHttp.Reply reply = http.send("POST", path, NO_BODY);
        if (!reply.isSuccess()) {
            throw BrokerErrors.refusal("POST " + path, reply);
        }
    }

    @Override
    public List<ProxyAddress> agreedFailures() {
        return get("/failures", Wire.Addresses.class).addresses();
    }

    @Override
    public Outcome failOver(ProxyAddress proxy) {
        String path = "/proxies/failover/" + segment(proxy);
        BrokerHttp.Reply reply = http.send("POST", path, NO_BODY);
        return switch (reply.status()) {
            case 404 -> new Outcome.Unknown();
            case 409 -> new Outcome.Retry(BrokerErrors.textOf(reply));
            default ->
                new Outcome.TakenOver(Optional.ofNullable(
                        read(path, reply, Wire.ProxyBody.class).proxy()));
        };
    }

    /** The original answers 405 for paths it does not know. */
    private static boolean isUnknownPath(BrokerHttp.Reply reply) {
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
        return read(path, http.get(path), type);
    }

    private static <T> T read(String path, BrokerHttp.Reply reply, Class<T> type) {
        if (reply.status() != 200) {
            throw BrokerErrors.refusal(path, reply);
        }
        try {
            T value = Json.mapper().readValue(reply.body(), type);
            if (value != null) {
                return value;
            }
        } catch (IOException e) {
            throw new BrokerException(
                    path + ": cannot read the answer of broker " + reply.broker() + ": " + e.getMessage(), e);
        }
        throw new BrokerException(path + ": broker " + reply.broker() + " answers null");
    }

    private static byte[] json(Object value) {
        try {
            return Json.mapper().writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write " + value, e);
        }
    }

    /** Text as one segment of a path. A colon may stay, and stays: the original does not decode what it gets. */
    private static String segment(Object value) {
        return URLEncoder.encode(value.toString(), StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%3A", ":")
                .replace("%40", "@");
    }
}
