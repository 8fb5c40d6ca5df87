package io.undermoon.coordinator.job;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.undermoon.tls.ServiceTls;
import jakarta.inject.Singleton;

/** Takes changed TLS files. Not one of the loops: health does not depend on it. */
@Singleton
public class TlsReload {
    private final ServiceTls tls;

    TlsReload(ServiceTls tls) {
        this.tls = tls;
    }

    @Scheduled(
            identity = "tls-files",
            every = "${undermoon.tls.reload_interval:10s}",
            concurrentExecution = ConcurrentExecution.SKIP)
    void reload() {
        tls.refresh();
    }
}
