package io.undermoon.simulation.service;

import io.undermoon.broker.plan.Commits;
import io.undermoon.broker.plan.Coordinators;
import io.undermoon.broker.plan.Failover;
import io.undermoon.broker.plan.FailureReports;
import io.undermoon.broker.plan.Replicas;
import io.undermoon.broker.state.ClusterView;
import io.undermoon.broker.store.MetadataWriter;
import io.undermoon.coordinator.port.BrokerException;
import io.undermoon.coordinator.port.FailureLedger;
import io.undermoon.coordinator.port.MetadataSource;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.Cluster;
import io.undermoon.metadata.ClusterInfo;
import io.undermoon.metadata.ClusterName;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.MigrationTask;
import io.undermoon.metadata.Proxy;
import io.undermoon.metadata.ProxyAddress;
import io.undermoon.simulation.world.Network;
import io.undermoon.simulation.world.SimProcess;
import io.undermoon.simulation.world.World;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The brokers as a coordinator calls them: each call is that of an endpoint, without HTTP. The broker that answered
 * last is asked first.
 */
public final class BrokerPort implements MetadataSource, FailureLedger {
    private static final long TIMEOUT = 5 * World.SECOND;

    private final Network network;
    private final SimProcess coordinator;
    private final List<Broker> brokers;
    private final String reporterId;
    private final ServiceObserver observer;
    private int first;

    public BrokerPort(Network network, SimProcess coordinator, List<Broker> brokers, ServiceObserver observer) {
        this.observer = observer;
        this.network = network;
        this.coordinator = coordinator;
        this.brokers = brokers;
        this.reporterId = coordinator.name();
    }

    /** The broker that is asked first. */
    Broker preferred() {
        return brokers.get(first);
    }

    private <T> T ask(Function<MetadataWriter, T> endpoint) {
        BrokerException last = new BrokerException("no brokers");
        for (int i = 0; i < brokers.size(); i++) {
            int index = (first + i) % brokers.size();
            Broker broker = brokers.get(index);
            try {
                T answer = network.call(
                        coordinator,
                        broker.process(),
                        TIMEOUT,
                        () -> {
                            if (!broker.isOpen()) {
                                throw new BrokerException("starting");
                            }
                            return endpoint.apply(broker.writer());
                        },
                        failure -> new BrokerException(failure.toString()));
                first = index;
                return answer;
            } catch (BrokerException e) {
                last = e;
            } catch (UndermoonException e) {
                // A broker without its storage is as good as none, so the next one is asked.
                if (e.code() != ErrorCode.EXTERNAL
                        && e.code() != ErrorCode.EXTERNAL_TIMEOUT
                        && e.code() != ErrorCode.PERSISTENCE_IO_ERROR) {
                    first = index;
                    throw e;
                }
                last = new BrokerException(String.valueOf(e.getMessage()), e);
            }
        }
        throw last;
    }

    /** An endpoint whose errors end the round. */
    private <T> T get(Function<MetadataWriter, T> endpoint) {
        try {
            return ask(endpoint);
        } catch (UndermoonException e) {
            throw new BrokerException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public Epoch epoch() {
        return get(writer -> writer.state().globalEpoch());
    }

    @Override
    public Optional<Epoch> awaitEpochOtherThan(Epoch known) {
        throw new UnsupportedOperationException("the coordinator waits without blocking");
    }

    @Override
    public Optional<Map<ProxyAddress, Epoch>> wantedEpochs() {
        return Optional.of(get(writer -> writer.view().proxyEpochs()));
    }

    @Override
    public Optional<Map<ProxyAddress, Epoch>> confirmedEpochs() {
        Epoch before = confirmed(writer -> writer.state().globalEpoch());
        Map<ProxyAddress, Epoch> epochs = confirmed(writer -> writer.view().proxyEpochs());
        if (!confirmed(writer -> writer.state().globalEpoch()).equals(before)) {
            throw new BrokerException("the metadata changed while it was read");
        }
        return Optional.of(epochs);
    }

    private <T> T confirmed(Function<MetadataWriter, T> endpoint) {
        return get(writer -> {
            writer.confirm();
            return endpoint.apply(writer);
        });
    }

    @Override
    public boolean confirmsEpochs() {
        return true;
    }

    @Override
    public List<ProxyAddress> proxies() {
        return get(writer -> List.copyOf(writer.state().allProxies().keySet()));
    }

    @Override
    public Set<ProxyAddress> failedProxies() {
        return get(writer -> Set.copyOf(writer.state().failedProxies()));
    }

    @Override
    public Optional<Proxy> proxy(ProxyAddress address) {
        return get(writer -> writer.view().proxy(address));
    }

    @Override
    public List<ClusterName> clusterNames() {
        return get(writer -> List.copyOf(writer.state().clusters().keySet()));
    }

    @Override
    public Optional<Cluster> cluster(ClusterName name) {
        return get(writer -> writer.view().cluster(name).map(ClusterView::cluster));
    }

    @Override
    public Optional<ClusterInfo> clusterInfo(ClusterName name) {
        return get(writer -> writer.view().cluster(name).map(ClusterView::info));
    }

    @Override
    public CommitOutcome commit(MigrationTask task) {
        try {
            ask(writer -> writer.change((state, context) -> Commits.commit(state, context, task)));
            return CommitOutcome.COMMITTED;
        } catch (UndermoonException e) {
            return e.code() == ErrorCode.MIGRATION_TASK_NOT_FOUND ? CommitOutcome.GONE : CommitOutcome.RETRY;
        }
    }

    @Override
    public boolean abort(MigrationTask task) {
        return get(writer -> Moves.withdraw(writer, task));
    }

    @Override
    public void reportProgress(List<ProgressReport> reports) {
        // Only shown to people.
    }

    @Override
    public List<ProxyAddress> recoverEpochs() {
        throw new BrokerException("the metadata of the simulation is never restored");
    }

    @Override
    public void report(ProxyAddress proxy) {
        get(writer -> writer.change((state, context) -> FailureReports.report(state, context, proxy, reporterId)));
    }

    @Override
    public void withdraw(ProxyAddress proxy) {
        get(writer -> writer.change((state, context) -> FailureReports.withdraw(state, proxy, reporterId)));
    }

    @Override
    public void register() {
        get(writer -> writer.change((state, context) -> Coordinators.register(state, context, reporterId)));
    }

    @Override
    public List<ReplicaReport> reportReplicas(List<ReplicaReport> reports) {
        List<Replicas.Report> given = reports.stream().map(BrokerPort::toBroker).toList();
        List<Replicas.Report> outdated =
                get(writer -> writer.change((state, context) -> Replicas.report(state, given)));
        return reports.stream()
                .filter(report -> outdated.contains(toBroker(report)))
                .toList();
    }

    private static Replicas.Report toBroker(ReplicaReport report) {
        return new Replicas.Report(
                report.proxyAddress(), report.nodeAddress(), report.masterAddress(), report.epoch(), report.inSync());
    }

    @Override
    public List<ProxyAddress> agreedFailures() {
        return get(writer -> List.copyOf(FailureReports.awaitingFailover(writer.state(), writer.planContext())));
    }

    @Override
    public Outcome failOver(ProxyAddress proxy) {
        try {
            Failover.Result result =
                    ask(writer -> writer.change((state, context) -> Failover.failOver(state, context, proxy, false)));
            if (result instanceof Failover.Result.NotPossible notPossible) {
                observer.notRepaired(notPossible.reason());
                return new Outcome.Retry(notPossible.reason());
            }
            return new Outcome.TakenOver(Optional.empty());
        } catch (UndermoonException e) {
            if (e.code() == ErrorCode.PROXY_NOT_FOUND) {
                return new Outcome.Unknown();
            }
            throw new BrokerException(String.valueOf(e.getMessage()), e);
        }
    }
}
