package io.undermoon.dev.cli.imports;

import io.undermoon.dev.imports.wire.Access;
import io.undermoon.dev.imports.wire.ServerUri;
import io.undermoon.dev.imports.wire.TlsTrust;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.UsageException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** What the commands share: how servers are connected to, and what failures become for a person. */
final class Connections {
    private Connections() {}

    static Access access(ServerUri uri, @Nullable Path authorities) {
        if (authorities != null && !uri.tls()) {
            throw new UsageException(
                    "certificates are given for " + uri + ", which is without TLS; begin it by rediss://");
        }
        return new Access(
                uri.user(), uri.password(), uri.tls() ? TlsTrust.factory(authorities) : null, Duration.ofSeconds(10));
    }

    /** What {@link IOException}s and interrupts become for a person. */
    interface Action<T> {
        T run() throws IOException, InterruptedException;
    }

    static <T> T explained(Action<T> action) {
        try {
            return action.run();
        } catch (IOException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("interrupted").initCause(e);
        }
    }
}
