package io.undermoon.coordinator.port;

import io.undermoon.metadata.HostPort;
import java.util.List;

/** The addresses of the brokers, which may be replaced while the service runs. Thread-safe. */
public interface BrokerDirectory {
    List<HostPort> brokers();

    /** @param brokers at least one */
    void replace(List<HostPort> brokers);
}
