package io.undermoon.dev.cli.bench;

import io.undermoon.dev.os.FileErrors;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Writes a report as JSON. */
final class JsonFile {
    private JsonFile() {}

    /**
     * @param file where to; nothing is written if absent
     * @throws LaunchException it cannot be written
     */
    static void write(@Nullable Path file, Object report) {
        if (file == null) {
            return;
        }
        try {
            Files.writeString(
                    file, Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(report) + "\n");
        } catch (IOException e) {
            throw new LaunchException("cannot write " + file + ": " + FileErrors.reason(e), e);
        }
    }
}
