package io.undermoon.broker.rest;

import io.undermoon.broker.observe.ClusterFigures;
import io.undermoon.broker.observe.ClusterHealth;
import io.undermoon.broker.observe.Look;
import io.undermoon.broker.observe.Problem;
import io.undermoon.broker.observe.Problems;
import io.undermoon.broker.observe.ProxyObserver;
import io.undermoon.broker.plan.Coordinators;
import io.undermoon.broker.plan.HostDrains;
import io.undermoon.broker.rest.MigrationMessages.MigrationStatus;
import io.undermoon.broker.rest.OverviewMessages.Caller;
import io.undermoon.broker.rest.OverviewMessages.ClusterOverview;
import io.undermoon.broker.rest.OverviewMessages.CoordinatorCounts;
import io.undermoon.broker.rest.OverviewMessages.HostOverview;
import io.undermoon.broker.rest.OverviewMessages.Overview;
import io.undermoon.broker.rest.OverviewMessages.ProblemStatus;
import io.undermoon.broker.rest.OverviewMessages.ProxyCounts;
import io.undermoon.broker.rest.OverviewMessages.RemedyStatus;
import io.undermoon.broker.rest.OverviewMessages.Storage;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataView;
import io.undermoon.broker.state.ProxyResource;
import io.undermoon.broker.store.MetadataWriter;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/** Puts the overview together, once for all who look at the same moment. */
@Singleton
final class OverviewView {
    private static final int MAX_PROBLEMS = 200;

    private final MetadataWriter metadata;
    private final ProxyObserver observer;
    private final MigrationStatuses statuses;
    private final String version;

    private volatile @Nullable Cached cached;

    private record Cached(
            Overview overview, Metadata state, @Nullable Object outage) {}

    OverviewView(
            MetadataWriter metadata,
            ProxyObserver observer,
            MigrationStatuses statuses,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.metadata = metadata;
        this.observer = observer;
        this.statuses = statuses;
        this.version = version;
    }

    /** The present state, for a caller. */
    Overview of(Caller caller) {
        long revision = observer.revision();
        Cached known = cached;
        if (known == null
                || known.overview().revision() != revision
                || known.state() != metadata.state()
                || known.outage() != metadata.outage().orElse(null)) {
            known = new Cached(
                    make(revision, caller), metadata.state(), metadata.outage().orElse(null));
            cached = known;
        }
        return known.overview().forCaller(caller);
    }

    ClusterOverview cluster(Look look, ClusterView view) {
        List<MigrationStatus> moves = statuses.of(view).migrations();
        int waiting = (int) moves.stream().filter(OverviewView::isWaiting).count();
        return new ClusterOverview(
                view.info().name(),
                view.info().nodeNumber(),
                view.info().nodeNumberWithSlots(),
                view.stored().epoch(),
                moves.size() - waiting,
                waiting,
                moves.stream().mapToInt(OverviewView::slots).sum(),
                MoveTimes.etaMillis(moves),
                ClusterHealth.of(look, view.stored()),
                ClusterFigures.of(view.stored(), observer));
    }

    Look look(MetadataView view) {
        return Look.at(view.state(), metadata.planContext(), observer);
    }

    private Overview make(long revision, Caller caller) {
        MetadataView view = metadata.view();
        Look look = look(view);
        List<ClusterOverview> clusters = view.state().clusters().keySet().stream()
                .flatMap(name -> view.cluster(name).stream())
                .map(cluster -> cluster(look, cluster))
                .toList();
        List<HostOverview> hosts = hosts(look);
        List<Problem> problems = new ArrayList<>(Problems.of(look));
        List<ProblemStatus> shown = new ArrayList<>(OwnProblems.of(metadata));
        clusters.forEach(cluster -> shown.addAll(OwnProblems.ofMoves(
                cluster, statuses.of(view.cluster(cluster.name()).orElseThrow()).migrations())));
        problems.forEach(problem -> shown.add(status(problem)));
        shown.sort(OwnProblems.WORST_FIRST);
        Verdicts verdicts = new Verdicts(view.state(), clusters, hosts, shown);
        return new Overview(
                revision,
                System.currentTimeMillis(),
                version,
                view.state().globalEpoch(),
                caller,
                storage(),
                verdicts.serving(),
                verdicts.copies(),
                verdicts.moving(),
                verdicts.attention(),
                List.copyOf(shown.subList(0, Math.min(MAX_PROBLEMS, shown.size()))),
                Math.max(0, shown.size() - MAX_PROBLEMS),
                clusters,
                hosts,
                counts(look),
                new CoordinatorCounts(look.coordinators(), Coordinators.quorum(view.state(), look.context())));
    }

    private Storage storage() {
        return metadata.outage()
                .map(outage -> new Storage("away", outage.since().getEpochSecond(), outage.message()))
                .orElseGet(() -> new Storage(metadata.storageFails() ? "failing" : "ok", null, null));
    }

    private static ProblemStatus status(Problem problem) {
        return new ProblemStatus(
                problem.kind(),
                problem.severity().wireName(),
                problem.cluster(),
                problem.subject(),
                problem.forSeconds(),
                problem.what(),
                problem.means(),
                problem.todo(),
                problem.remedies().stream()
                        .map(remedy -> new RemedyStatus(remedy.action(), remedy.subject()))
                        .toList());
    }

    private List<HostOverview> hosts(Look look) {
        Map<String, List<ProxyResource>> byHost = new TreeMap<>();
        look.state()
                .allProxies()
                .values()
                .forEach(proxy -> byHost.computeIfAbsent(proxy.host(), unused -> new ArrayList<>())
                        .add(proxy));
        List<HostOverview> hosts = new ArrayList<>();
        byHost.forEach((host, proxies) -> {
            boolean isDraining = look.state().drainingHosts().contains(host);
            hosts.add(new HostOverview(
                    host,
                    proxies.size(),
                    (int) proxies.stream()
                            .filter(proxy -> proxy.cluster() != null)
                            .count(),
                    (int) proxies.stream()
                            .filter(proxy -> observer.of(proxy.proxyAddress()).isSilent())
                            .count(),
                    isDraining,
                    isDraining ? HostDrains.progress(look.state(), host).slotsLeft() : null));
        });
        return hosts;
    }

    private ProxyCounts counts(Look look) {
        int used = 0;
        int silent = 0;
        int unknown = 0;
        for (ProxyResource proxy : look.state().allProxies().values()) {
            used += proxy.cluster() == null ? 0 : 1;
            boolean isSilent = observer.of(proxy.proxyAddress()).isSilent();
            silent += isSilent ? 1 : 0;
            unknown += isSilent || observer.of(proxy.proxyAddress()).isAnswering() ? 0 : 1;
        }
        return new ProxyCounts(
                look.state().allProxies().size(),
                used,
                look.freeProxies(),
                look.state().failedProxies().size(),
                silent,
                unknown);
    }

    private static boolean isWaiting(MigrationStatus move) {
        return move.state().equals("waiting");
    }

    private static int slots(MigrationStatus move) {
        return move.slotRange().rangeList().size();
    }
}
