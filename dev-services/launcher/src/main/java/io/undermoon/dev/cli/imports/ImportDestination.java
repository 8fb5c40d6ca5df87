package io.undermoon.dev.cli.imports;

import io.undermoon.dev.imports.destination.ImportKeys;
import io.undermoon.dev.imports.engine.ImportControl;
import io.undermoon.dev.imports.wire.Access;
import io.undermoon.dev.imports.wire.ServerUri;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.UsageException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where they go. */
final class ImportDestination {
    private static final String PASSWORD = "UNDERMOON_IMPORT_TO_PASSWORD";

    @Option(
            names = "--to",
            required = true,
            paramLabel = "URI",
            description = {
                "Any proxy of the cluster: host:port, redis://[user[:password]@]host:port or rediss://….",
                "The password may be in the environment as " + PASSWORD + "."
            })
    private String uri = "";

    @Option(
            names = "--to-ca",
            paramLabel = "FILE",
            description = "PEM certificates to trust in the destination, instead of those that Java trusts.")
    private @Nullable Path authorities;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = "import",
            description = "Of this import, where a cluster gets several (default: ${DEFAULT-VALUE}).")
    private String name = "";

    ServerUri address() {
        ServerUri address = ServerUri.parse("--to", uri);
        if (address.sentinelMaster() != null) {
            throw new UsageException("--to: a cluster has no sentinels; name a proxy by host:port");
        }
        return address.withPassword(System.getenv(PASSWORD));
    }

    Access access() {
        return Connections.access(address(), authorities);
    }

    ImportKeys keys() {
        return new ImportKeys(name);
    }

    ImportControl control() {
        try {
            return ImportControl.of(address(), access(), keys());
        } catch (IOException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        }
    }
}
