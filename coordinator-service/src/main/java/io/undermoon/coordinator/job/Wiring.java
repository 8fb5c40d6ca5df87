package io.undermoon.coordinator.job;

import io.micrometer.core.instrument.MeterRegistry;
import io.undermoon.coordinator.broker.BrokerList;
import io.undermoon.coordinator.broker.HttpBroker;
import io.undermoon.coordinator.config.CoordinatorConfig;
import io.undermoon.coordinator.config.ReporterName;
import io.undermoon.coordinator.detect.FailureDetector;
import io.undermoon.coordinator.failover.Failover;
import io.undermoon.coordinator.health.BrokerReadiness;
import io.undermoon.coordinator.health.LoopLiveness;
import io.undermoon.coordinator.health.Pulse;
import io.undermoon.coordinator.migrate.MigrationCommit;
import io.undermoon.coordinator.pace.Backoff;
import io.undermoon.coordinator.proxy.RespProxyControl;
import io.undermoon.coordinator.push.MetadataPush;
import io.undermoon.coordinator.roster.Roster;
import io.undermoon.coordinator.sync.MetadataSync;
import io.undermoon.tls.ServiceTls;
import io.undermoon.umctl.ProxyLogin;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

/** Which parts the service is made of. The parts know nothing of it. */
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
                tls.where(config.tls().brokers()));
    }

    @Produces
    @Singleton
    RespProxyControl proxyControl(CoordinatorConfig config, ServiceTls tls) {
        return new RespProxyControl(
                config.threadNumber(),
                config.proxyTimeout(),
                new ProxyLogin(config.controlSecret(), config.proxyPassword()),
                config.enableCompression(),
                tls.where(config.tls().proxies()));
    }

    void closeProxyControl(@Disposes RespProxyControl control) {
        control.close();
    }

    @Produces
    @Singleton
    Crews crews() {
        return new Crews();
    }

    void closeCrews(@Disposes Crews crews) {
        crews.close();
    }

    @Produces
    @Singleton
    Roster roster() {
        return new Roster();
    }

    @Produces
    @Singleton
    RoundMetrics metrics(MeterRegistry registry) {
        return new RoundMetrics(registry);
    }

    @Produces
    @Singleton
    MetadataPush push(HttpBroker broker, RespProxyControl control, Roster roster, RoundMetrics metrics) {
        return new MetadataPush(broker, control, roster, metrics, pauses());
    }

    @Produces
    @Singleton
    FailureDetector detector(
            HttpBroker broker,
            RespProxyControl control,
            Roster roster,
            RoundMetrics metrics,
            Crews crews,
            CoordinatorConfig config,
            MeterRegistry registry) {
        FailureDetector detector = new FailureDetector(
                broker,
                broker,
                control,
                roster,
                metrics,
                crews.probing(),
                config.nodeFailureTimeout(),
                System::nanoTime);
        registry.gauge("undermoon.proxies.answering", roster, Roster::size);
        registry.gauge("undermoon.proxies.dead", detector, FailureDetector::suspects);
        return detector;
    }

    @Produces
    @Singleton
    MetadataSync sync(
            HttpBroker broker,
            Roster roster,
            MetadataPush push,
            Crews crews,
            RoundMetrics metrics,
            CoordinatorConfig config) {
        return new MetadataSync(
                broker,
                roster,
                push,
                crews.fetching(),
                crews.pushing(),
                metrics,
                config.recoverEpochs(),
                System::nanoTime);
    }

    @Produces
    @Singleton
    MigrationCommit migrations(
            HttpBroker broker,
            RespProxyControl control,
            Roster roster,
            MetadataPush push,
            Crews crews,
            RoundMetrics metrics) {
        return new MigrationCommit(broker, control, roster, push, metrics, crews.migrating());
    }

    @Produces
    @Singleton
    Failover failover(HttpBroker broker, RoundMetrics metrics) {
        return new Failover(broker, metrics, pauses());
    }

    @Produces
    @Singleton
    Pulse pulse() {
        return new Pulse(Rounds.LOOPS, System::nanoTime);
    }

    @Produces
    @Singleton
    RoundRunner runner(RoundMetrics metrics, Pulse pulse) {
        return new RoundRunner(metrics, pulse, System::nanoTime);
    }

    @Produces
    @Singleton
    @Liveness
    HealthCheck liveness(Pulse pulse) {
        return new LoopLiveness(pulse);
    }

    @Produces
    @Singleton
    @Readiness
    HealthCheck readiness(BrokerList brokers) {
        return new BrokerReadiness(brokers::nanosSinceAnswer);
    }

    private static <K> Backoff<K> pauses() {
        return new Backoff<>(Duration.ofSeconds(1), Duration.ofSeconds(30), System::nanoTime);
    }
}
