package io.undermoon.client;

import io.undermoon.metadata.HostPort;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** See {@link Installation#ofBrokers}. Thread-safe. */
final class InstallationOfBrokers implements Installation {
    private static final Logger LOG = System.getLogger(InstallationOfBrokers.class.getName());

    private volatile @Nullable Told told;

    /** What a broker has said. */
    private record Told(HostPort broker, String id) {}

    @Override
    public @Nullable String id() {
        Told known = told;
        return known == null ? null : known.id();
    }

    @Override
    public synchronized boolean accepts(HostPort broker, String id) {
        Told known = told;
        if (known != null && known.id().equals(id)) {
            return true;
        }
        if (known != null && !known.broker().equals(broker)) {
            return false;
        }
        if (known != null) {
            LOG.log(
                    Level.WARNING,
                    "Broker belongs to another installation now: broker=" + broker + " installation=" + id
                            + " former_installation=" + known.id());
        }
        told = new Told(broker, id);
        return true;
    }
}
