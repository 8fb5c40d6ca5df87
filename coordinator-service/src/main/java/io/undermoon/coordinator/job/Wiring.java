package io.undermoon.coordinator.job;

import io.micrometer.core.instrument.MeterRegistry;
import io.undermoon.client.BrokerToken;
import io.undermoon.coordinator.broker.BrokerList;
import io.undermoon.coordinator.broker.HttpBroker;
import io.undermoon.coordinator.config.CoordinatorConfig;
import io.undermoon.coordinator.config.ReporterName;
import io.undermoon.coordinator.detect.FailureDetector;
import io.undermoon.coordinator.detect.LeaseGrants;
import io.undermoon.coordinator.failover.Failover;
import io.undermoon.coordinator.migrate.MigrationCommit;
import io.undermoon.coordinator.port.Backoff;
import io.undermoon.coordinator.proxy.RespProxyControl;
import io.undermoon.coordinator.sync.MetadataPush;
import io.undermoon.coordinator.sync.MetadataSync;
import io.undermoon.coordinator.sync.ProxyStatuses;
import io.undermoon.tls.ServiceTls;
import io.undermoon.umctl.ProxyLogin;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

/** Creates the parts of the service. */
@Singleton
public class Wiring {
    @Produces
    @Singleton
    BrokerList brokerList(CoordinatorConfig config) {
        return new BrokerList(config.brokerAddress(), System::nanoTime);
    }

    @Produces
    @Singleton
    ServiceTls tls(CoordinatorConfig config) {
        return new ServiceTls(
                config.tls(), config.tls().brokers() || config.tls().proxies());
    }

    @Produces
    @Singleton
    HttpBroker broker(BrokerList brokers, CoordinatorConfig config, ServiceTls tls) {
        return new HttpBroker(
                brokers,
                ReporterName.of(config),
                config.brokerTimeout(),
                config.enableCompression(),
                tls.where(config.tls().brokers()),
                BrokerToken.of(config.brokerToken(), config.brokerTokenFile()));
    }

    @Produces
    @Singleton
    RespProxyControl proxyControl(CoordinatorConfig config, HttpBroker broker, ServiceTls tls) {
        return new RespProxyControl(
                config.threadNumber(),
                config.proxyTimeout(),
                config.probeTimeout(),
                new ProxyLogin(
                        config.controlSecret(),
                        config.proxyPassword(),
                        config.allowUnprovenProxies(),
                        broker::installation),
                config.enableCompression(),
                tls.where(config.tls().proxies()));
    }

    void closeProxyControl(@Disposes RespProxyControl control) {
        control.close();
    }

    @Produces
    @Singleton
    LoopExecutors executors() {
        return new LoopExecutors();
    }

    void closeExecutors(@Disposes LoopExecutors executors) {
        executors.close();
    }

    @Produces
    @Singleton
    ProxyStatuses statuses() {
        return new ProxyStatuses();
    }

    @Produces
    @Singleton
    MicrometerMetrics metrics(MeterRegistry registry) {
        return new MicrometerMetrics(registry);
    }

    @Produces
    @Singleton
    LeaseGrants leases(
            HttpBroker broker,
            RespProxyControl control,
            LoopExecutors executors,
            CoordinatorConfig config,
            MeterRegistry registry) {
        LeaseGrants grants = new LeaseGrants(broker, control, executors.leasing(), config.leases());
        registry.gauge("undermoon.leases.renewed", grants, LeaseGrants::proxies);
        return grants;
    }

    @Produces
    @Singleton
    MetadataPush push(
            HttpBroker broker,
            RespProxyControl control,
            ProxyStatuses statuses,
            MicrometerMetrics metrics,
            LeaseGrants leases) {
        return new MetadataPush(broker, control, statuses, metrics, backoff(), leases::areGranted);
    }

    @Produces
    @Singleton
    FailureDetector detector(
            HttpBroker broker,
            RespProxyControl control,
            ProxyStatuses statuses,
            MicrometerMetrics metrics,
            LoopExecutors executors,
            CoordinatorConfig config,
            Failover failover,
            LoopRunner runner,
            LeaseGrants leases,
            MeterRegistry registry) {
        FailureDetector detector = new FailureDetector(
                broker,
                broker,
                control,
                statuses,
                metrics,
                executors.probing(),
                new FailureDetector.Limits(config.proxyFailureTimeout(), config.nodeFailureTimeout()),
                System::nanoTime,
                () -> runner.run(ScheduledLoops.FAILOVER, failoverRound(failover, config)));
        detector.onAnswer(leases::answered);
        registry.gauge("undermoon.proxies.answering", statuses, ProxyStatuses::size);
        registry.gauge("undermoon.proxies.dead", detector, FailureDetector::deadProxies);
        registry.gauge("undermoon.replicas.out_of_sync", detector, FailureDetector::replicasOutOfSync);
        return detector;
    }

    @Produces
    @Singleton
    MetadataSync sync(
            HttpBroker broker,
            ProxyStatuses statuses,
            MetadataPush push,
            LoopExecutors executors,
            MicrometerMetrics metrics,
            CoordinatorConfig config) {
        return new MetadataSync(
                broker,
                statuses,
                push,
                executors.fetching(),
                executors.pushing(),
                metrics,
                config.recoverEpochs(),
                System::nanoTime);
    }

    @Produces
    @Singleton
    MigrationCommit migrations(
            HttpBroker broker,
            RespProxyControl control,
            ProxyStatuses statuses,
            MetadataPush push,
            LoopExecutors executors,
            MicrometerMetrics metrics) {
        return new MigrationCommit(broker, control, statuses, push, metrics, executors.migrating());
    }

    @Produces
    @Singleton
    Failover failover(HttpBroker broker, MicrometerMetrics metrics) {
        return new Failover(broker, metrics, backoff());
    }

    static Runnable failoverRound(Failover failover, CoordinatorConfig config) {
        return config.disableFailover() ? () -> {} : failover::round;
    }

    @Produces
    @Singleton
    Heartbeat heartbeat() {
        return new Heartbeat(ScheduledLoops.LOOPS, System::nanoTime);
    }

    @Produces
    @Singleton
    LoopRunner runner(MicrometerMetrics metrics, Heartbeat heartbeat) {
        return new LoopRunner(metrics, heartbeat, System::nanoTime);
    }

    @Produces
    @Singleton
    @Liveness
    HealthCheck liveness(Heartbeat heartbeat) {
        return new LoopLiveness(heartbeat);
    }

    @Produces
    @Singleton
    @Readiness
    HealthCheck readiness(BrokerList brokers) {
        return new BrokerReadiness(brokers::nanosSinceAnswer);
    }

    private static <K> Backoff<K> backoff() {
        return new Backoff<>(Duration.ofSeconds(1), Duration.ofSeconds(30), System::nanoTime);
    }
}
