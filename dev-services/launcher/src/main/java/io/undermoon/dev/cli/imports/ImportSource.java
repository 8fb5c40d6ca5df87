package io.undermoon.dev.cli.imports;

import io.undermoon.dev.imports.KeyFilter;
import io.undermoon.dev.imports.wire.Access;
import io.undermoon.dev.imports.wire.ServerUri;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the data come from. */
final class ImportSource {
    private static final String PASSWORD = "UNDERMOON_IMPORT_FROM_PASSWORD";

    @Option(
            names = "--from",
            required = true,
            paramLabel = "URI",
            description = {
                "redis://[user[:password]@]host:port[,host:port], rediss://… for TLS, or"
                        + " sentinel://host:port[,host:port]/master. Of a cluster any node, of Undermoon a proxy.",
                "The password may be in the environment as " + PASSWORD + "."
            })
    private String uri = "";

    @Option(
            names = "--from-ca",
            paramLabel = "FILE",
            description = "PEM certificates to trust in the source, instead of those that Java trusts.")
    private @Nullable Path authorities;

    @Option(names = "--db", paramLabel = "N", description = "The database of the source; the others are left.")
    private @Nullable Integer database;

    @Option(
            names = "--keys",
            paramLabel = "PATTERN",
            description = "Only keys of this pattern, as KEYS takes it; may be given several times.")
    private List<String> included = List.of();

    @Option(
            names = "--exclude",
            paramLabel = "PATTERN",
            description = "Without keys of this pattern; may be given several times.")
    private List<String> excluded = List.of();

    ServerUri address() {
        return ServerUri.parse("--from", uri).withPassword(System.getenv(PASSWORD));
    }

    Access access() {
        return Connections.access(address(), authorities);
    }

    KeyFilter filter() {
        return new KeyFilter(included, excluded);
    }

    /** Null where none is given. */
    @Nullable
    Integer database() {
        return database;
    }
}
