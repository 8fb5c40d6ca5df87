package io.undermoon.client;

import io.undermoon.metadata.HostPort;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The installation that a caller of brokers belongs to: it says so in the header {@value #HEADER} of each request, and
 * brokers in that of each reply. A broker refuses requests of another one, and the caller does not use its replies.
 */
public interface Installation {
    String HEADER = "Undermoon-Installation";

    /** The id; absent as long as nothing says so. */
    @Nullable
    String id();

    /**
     * Whether a reply may be used.
     *
     * @param id of the broker that has answered
     */
    boolean accepts(HostPort broker, String id);

    /** Of a process that knows its installation from elsewhere. */
    static Installation of(Supplier<@Nullable String> own) {
        return new Installation() {
            @Override
            public @Nullable String id() {
                return own.get();
            }

            @Override
            public boolean accepts(HostPort broker, String id) {
                String known = own.get();
                return known == null || known.equals(id);
            }
        };
    }

    /**
     * Of a process that belongs to the installation of its brokers: that of the one that says it first. Where this
     * broker says another id later, because its metadata was lost or restored, that one counts from then on.
     */
    static Installation ofBrokers() {
        return new InstallationOfBrokers();
    }
}
