package io.undermoon.dev.cli.backups;

import io.undermoon.dev.backups.store.BackupStore;
import io.undermoon.dev.backups.store.S3Settings;
import io.undermoon.dev.backups.store.Stores;
import io.undermoon.dev.plan.UsageException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the backups are. */
final class StoreOptions {
    @Option(
            names = "--store",
            required = true,
            paramLabel = "PLACE",
            description = "A directory, or s3://bucket/prefix. Keys for S3 are found as the programs of AWS do:"
                    + " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the files of AWS, or the role of the machine.")
    private String store = "";

    @Option(
            names = "--s3-endpoint",
            paramLabel = "URL",
            description = "Of an S3 server that is not AWS (default: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL).")
    private @Nullable String endpoint;

    @Option(names = "--s3-region", paramLabel = "NAME", description = "The region (default: AWS_REGION).")
    private @Nullable String region;

    @Option(
            names = "--spool",
            paramLabel = "DIRECTORY",
            description = "Where files are on their way to and from S3; needs room for them (default: that of"
                    + " temporary files).")
    private Path spool = Path.of(System.getProperty("java.io.tmpdir", "/tmp"));

    BackupStore open() {
        if (!Files.isDirectory(spool)) {
            throw new UsageException("--spool " + spool + " is no directory");
        }
        return Stores.open("--store", store, new S3Settings(endpoint(), region), spool);
    }

    private @Nullable URI endpoint() {
        String text = endpoint;
        for (String variable : new String[] {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}) {
            text = text == null ? System.getenv(variable) : text;
        }
        if (text == null) {
            return null;
        }
        try {
            URI uri = new URI(text);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Reported below.
        }
        throw new UsageException("--s3-endpoint " + text + " is not http://host:port or https://host:port");
    }
}
