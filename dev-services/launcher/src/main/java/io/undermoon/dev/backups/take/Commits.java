package io.undermoon.dev.backups.take;

import io.undermoon.dev.backups.manifest.Segment;
import io.undermoon.dev.backups.store.BackupStore;
import io.undermoon.dev.backups.store.FileFacts;
import io.undermoon.dev.backups.store.NewFile;
import io.undermoon.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Puts finished files into a store. */
final class Commits {
    private Commits() {}

    /** All at the same time, as each may be waited for long. */
    static List<FileFacts> all(List<NewFile> files) throws IOException {
        List<CompletableFuture<FileFacts>> pending = new ArrayList<>();
        for (NewFile file : files) {
            CompletableFuture<FileFacts> done = new CompletableFuture<>();
            pending.add(done);
            Thread thread = new Thread(
                    () -> {
                        try (file) {
                            done.complete(file.commit());
                        } catch (IOException | RuntimeException e) {
                            done.completeExceptionally(e);
                        }
                    },
                    "store " + file.name());
            thread.setDaemon(true);
            thread.start();
        }
        try {
            return pending.stream().map(CompletableFuture::join).toList();
        } catch (CompletionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            throw new IOException("not everything could be stored: " + cause.getMessage(), e);
        }
    }

    /** Writes a description, {@link Segment} or manifest. */
    static void describe(BackupStore store, String name, Object description) throws IOException {
        byte[] json = Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(description);
        try (NewFile file = store.create(name)) {
            file.write(json, 0, json.length);
            file.commit();
        }
    }
}
