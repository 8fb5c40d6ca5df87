package io.undermoon.dev.backups.store;

import io.undermoon.dev.plan.UsageException;
import java.nio.file.Path;

/** Finds the store that is meant. */
public final class Stores {
    private static final String S3 = "s3://";

    private Stores() {}

    /**
     * Opens it.
     *
     * @param option named in the error if the text is no store
     * @param text a directory, or {@code s3://bucket/prefix}
     * @param spool where files are on their way to and from S3
     */
    public static BackupStore open(String option, String text, S3Settings settings, Path spool) {
        if (text.startsWith(S3)) {
            String rest = text.substring(S3.length());
            int slash = rest.indexOf('/');
            String bucket = slash < 0 ? rest : rest.substring(0, slash);
            String prefix = slash < 0 ? "" : rest.substring(slash + 1).replaceAll("/+$", "");
            if (bucket.isEmpty()) {
                throw new UsageException(option + " " + text + " names no bucket; expected s3://bucket/prefix");
            }
            return S3Store.open(bucket, prefix.isEmpty() ? "" : prefix + "/", settings, spool);
        }
        if (text.contains("://") || text.isEmpty()) {
            throw new UsageException(option + " '" + text + "' is neither a directory nor s3://bucket/prefix");
        }
        return new DirectoryStore(Path.of(text).toAbsolutePath());
    }
}
