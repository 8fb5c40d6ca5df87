package io.undermoon.broker.monitor;

import io.undermoon.broker.store.MetadataStore;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready unless the last change could not be stored. */
@Readiness
public final class StorageHealth implements HealthCheck {
    private final MetadataStore store;

    StorageHealth(MetadataStore store) {
        this.store = store;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("storage")
                .status(!store.lastWriteFailed())
                .withData("epoch", store.state().globalEpoch().value())
                .build();
    }
}
