package io.undermoon.broker.observe;

import io.undermoon.broker.observe.Problem.Remedy;
import io.undermoon.broker.observe.Problem.Severity;
import io.undermoon.broker.plan.Maintenance;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.broker.state.StoredCluster;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** All that is not as it should be, the worst first. */
public final class Problems {
    private static final double MEMORY_LIMIT = 0.9;
    private static final long PATIENCE_MILLIS = 5000;

    private final Look look;
    private final List<Problem> found = new ArrayList<>();

    private Problems(Look look) {
        this.look = look;
    }

    /** Finds the problems of the proxies and clusters. */
    public static List<Problem> of(Look look) {
        Problems problems = new Problems(look);
        problems.addCoordinators();
        look.state().clusters().values().forEach(problems::addCluster);
        look.state().allProxies().values().forEach(problems::addProxy);
        problems.addPool();
        problems.found.sort(Comparator.comparing(Problem::severity));
        return problems.found;
    }

    private void addCoordinators() {
        if (look.coordinators() == 0 && !look.state().clusters().isEmpty()) {
            found.add(Problem.of(
                    "no_coordinator",
                    Severity.CRITICAL,
                    null,
                    "coordinators",
                    "No coordinator is alive",
                    "Nobody has a failed proxy replaced, brings proxies new metadata, or ends moves of slots. Clusters"
                            + " go on as they are. (Coordinators of the original do not say that they are alive.)",
                    "Start a coordinator with broker_address set to this broker."));
        }
        if (look.state().isOfOther()) {
            found.add(Problem.of(
                    "copy_of_metadata",
                    Severity.NOTICE,
                    null,
                    "metadata",
                    "This broker has a copy of another broker's metadata",
                    "What it shows may be older than what is the case.",
                    "Use the other broker. If it is gone for good, call PUT /api/v3/epoch/recovery here."));
        }
    }

    private void addCluster(StoredCluster cluster) {
        found.addAll(ChunkProblems.of(look, cluster));
        Set<ProxyAddress> behind = new TreeSet<>();
        cluster.proxies().forEach(proxy -> {
            Observation seen = look.observer().of(proxy);
            ProxyAnswer answer = seen.answer();
            if (seen.isAnswering() && answer != null && isBehind(answer.epoch(), cluster.epoch(), seen)) {
                behind.add(proxy);
            }
            addMemory(cluster, proxy, seen);
            if (Maintenance.phase(look.state(), look.context(), proxy) == Maintenance.Phase.LAST_COPY) {
                found.add(Problem.of(
                        "last_copy",
                        Severity.CRITICAL,
                        cluster.name(),
                        proxy,
                        "Proxy " + proxy + " is under maintenance and has the last copy of its data",
                        "If it is stopped now, its slots are not served.",
                        "Do not stop it before its partner is back and in sync."));
            }
        });
        if (!behind.isEmpty()) {
            String first = behind.iterator().next().value();
            found.add(Problem.of(
                    "metadata_behind",
                    Severity.WARNING,
                    cluster.name(),
                    first,
                    (behind.size() == 1
                                    ? "Proxy " + first + " does"
                                    : behind.size() + " proxies, such as " + first + ",")
                            + (behind.size() == 1 ? "" : " do")
                            + " not have the newest metadata of the cluster",
                    "They redirect clients by older metadata; what changes waits for them.",
                    "See whether coordinators reach them; their logs say why metadata is refused."));
        }
    }

    /** For some time, and not just since a moment ago: a proxy is told within a second or two. */
    private boolean isBehind(Epoch known, Epoch wanted, Observation seen) {
        return wanted.isAfter(known)
                && look.observer().nowMillis() - seen.epochMillis() > PATIENCE_MILLIS
                && look.observer().metadataAgeMillis() > PATIENCE_MILLIS;
    }

    private void addMemory(StoredCluster cluster, ProxyAddress proxy, Observation seen) {
        Figures figures = seen.figuresAt(look.observer().nowMillis());
        if (figures != null && figures.maxMemory() > 0 && figures.usedMemory() > MEMORY_LIMIT * figures.maxMemory()) {
            found.add(Problem.of(
                            "memory_full",
                            Severity.WARNING,
                            cluster.name(),
                            proxy,
                            "The masters behind " + proxy + " use " + 100 * figures.usedMemory() / figures.maxMemory()
                                    + " % of their maxmemory",
                            "When it is full, Redis evicts keys or refuses writes, as maxmemory-policy says.",
                            "Add nodes to the cluster, rebalance it, or raise maxmemory.")
                    .with(new Remedy("scale", cluster.name().value())));
        }
    }

    private void addProxy(ProxyResource proxy) {
        ProxyAddress address = proxy.proxyAddress();
        if (proxy.marking() != null && proxy.marking().unusable() != null) {
            found.add(Problem.of(
                    "proxy_unusable",
                    Severity.WARNING,
                    proxy.cluster(),
                    address,
                    "Proxy " + address + " cannot be given to a cluster: "
                            + proxy.marking().unusable(),
                    "It does not take the place of another.",
                    "See docs/operations.md about marks; empty its nodes if their keys are of no use."));
        }
        boolean isFailed = look.state().hasFailed(address);
        Observation seen = look.observer().of(address);
        if (proxy.cluster() == null && (isFailed || seen.isSilent())) {
            Problem problem = Problem.of(
                            "free_proxy_silent",
                            Severity.NOTICE,
                            null,
                            address,
                            "Free proxy " + address
                                    + (seen.isSilent() ? " does not answer: " + seen.problem() : " was given up"),
                            "No cluster uses it, and it does not take the place of another.",
                            seen.isSilent()
                                    ? "Start it; it registers by itself. If it is gone for good, remove it."
                                    : "Restart it, so that it registers again; or remove it.")
                    .with(new Remedy("remove_proxy", address.value()));
            found.add(seen.isSilent() ? problem.since(look.silentSeconds(address)) : problem);
        } else if (proxy.cluster() != null
                && isFailed
                && seen.isAnswering()
                && !look.state().enableOrderedProxy()) {
            found.add(Problem.of(
                    "failed_and_used",
                    Severity.WARNING,
                    proxy.cluster(),
                    address,
                    "Proxy " + address + " was given up, and nothing has taken its place",
                    "It answers, but gets no masters before it registers again.",
                    "Restart it, so that it registers again; or register a free proxy on another host."));
        }
    }

    private void addPool() {
        if (!look.state().clusters().isEmpty()
                && look.freeProxies() == 0
                && !look.state().enableOrderedProxy()) {
            found.add(Problem.of(
                    "no_free_proxy",
                    Severity.NOTICE,
                    null,
                    "proxies",
                    "There is no free proxy",
                    "If a proxy fails, its partner serves alone until it is back: one copy of the data less.",
                    "Register a proxy more, on a host of its own."));
        }
    }
}
