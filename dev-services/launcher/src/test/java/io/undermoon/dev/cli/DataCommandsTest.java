package io.undermoon.dev.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.dev.backups.manifest.Manifest;
import io.undermoon.dev.backups.store.BackupStore;
import io.undermoon.dev.backups.store.DirectoryStore;
import io.undermoon.dev.backups.store.FileFacts;
import io.undermoon.dev.backups.store.NewFile;
import io.undermoon.dev.testing.CommandRun;
import io.undermoon.json.Json;
import io.undermoon.slot.SlotRanges;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code undermoon data} says of a store, for which it needs no broker. */
class DataCommandsTest {
    private static final String EMPTY_SNAPSHOT = "REDIS0010\u00ff\0\0\0\0\0\0\0\0";
    private static final String STREAM = "*1\r\n$4\r\nPING\r\n";
    private static final String ID = "20261129T120000Z";

    @TempDir
    private Path directory;

    private BackupStore store;

    @BeforeEach
    void backUp() throws IOException {
        store = new DirectoryStore(directory);
        FileFacts snapshot = write("shop/" + ID + "/shard-0.rdb", EMPTY_SNAPSHOT.getBytes(StandardCharsets.ISO_8859_1));
        FileFacts stream = write("shop/" + ID + "/shard-0-0.stream", STREAM.getBytes(StandardCharsets.US_ASCII));
        Manifest.Shard shard = new Manifest.Shard(
                "127.0.0.1:1", SlotRanges.ALL, "history", 100, 100 + STREAM.length(), 7, 0, snapshot, stream);
        Manifest manifest =
                new Manifest(Manifest.VERSION, ID, "shop", 3, "2026-11-29T12:00:05Z", 4, "disabled", List.of(shard));
        write("shop/" + ID + "/manifest.json", Json.mapper().writeValueAsBytes(manifest));
    }

    private FileFacts write(String name, byte[] bytes) throws IOException {
        try (NewFile file = store.create(name)) {
            file.write(bytes, 0, bytes.length);
            return file.commit();
        }
    }

    @Test
    void backups_are_listed_for_people_and_programs() throws IOException {
        assertThat(run(0, "list", "--store=" + directory)).contains("shop/" + ID, "2026-11-29T12:00:05Z", "4 ms");
        assertThat(Json.mapper()
                        .readTree(run(0, "list", "shop", "-o", "json", "--store=" + directory))
                        .get(0)
                        .path("keys")
                        .asInt())
                .isEqualTo(7);
        assertThat(run(0, "list", "cart", "--store=" + directory)).contains("There is no backup in " + directory);
    }

    @Test
    void files_that_are_well_are_0_and_damaged_ones_3() throws IOException {
        assertThat(run(0, "verify", "shop", "--store=" + directory)).contains(" 0 files are damaged");
        Path stream = directory.resolve("shop/" + ID + "/shard-0-0.stream");
        Files.writeString(stream, STREAM.replace("PING", "PONG"));
        assertThat(run(3, "verify", "shop", "--backup=" + ID, "--store=" + directory))
                .contains("shard-0-0.stream has the SHA-256", " 1 files are damaged");
        Files.writeString(stream, STREAM + STREAM);
        assertThat(run(3, "verify", "shop", "--store=" + directory)).contains("has 28 bytes and not 14");
    }

    @Test
    void what_is_not_there_is_said_and_what_removes_keys_is_confirmed() {
        assertThat(run(1, "verify", "cart", "--store=" + directory)).contains("there is no backup of a cluster cart");
        assertThat(run(1, "verify", "shop", "--backup=1", "--store=" + directory))
                .contains("there is no backup shop/1");
        assertThat(run(7, "restore", "shop", "--replace", "--store=" + directory, "--broker=127.0.0.1:1"))
                .contains("has to be confirmed");
        assertThat(run(4, "restore", "shop", "--store=" + directory, "--broker=127.0.0.1:1"))
                .contains("127.0.0.1:1");
    }

    private static String run(int exitCode, String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "data";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        CommandRun.Result result = CommandRun.of(Undermoon::run, all);
        assertThat(result.exitCode()).as(result.output()).isEqualTo(exitCode);
        return result.output();
    }
}
