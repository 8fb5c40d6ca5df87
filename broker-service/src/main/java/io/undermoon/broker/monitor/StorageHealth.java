package io.undermoon.broker.monitor;

import io.undermoon.broker.store.MetadataWriter;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** The readiness check: up unless the storage cannot be read or the last write failed. */
@Readiness
public final class StorageHealth implements HealthCheck {
    private final MetadataWriter metadata;

    StorageHealth(MetadataWriter metadata) {
        this.metadata = metadata;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("storage")
                .status(!metadata.storageFails())
                .withData("epoch", metadata.state().globalEpoch().value());
        metadata.outage().ifPresent(outage -> response.withData("reason", outage.message()));
        return response.build();
    }
}
