package io.undermoon.dev.backups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.dev.backups.store.BackupStore;
import io.undermoon.dev.backups.store.FileFacts;
import io.undermoon.dev.backups.store.NewFile;
import io.undermoon.dev.backups.store.S3Settings;
import io.undermoon.dev.backups.store.Stores;
import io.undermoon.dev.testing.S3Server;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files in a real S3 server. */
class S3StoreIT {
    private static final int PART_BYTES = 16 << 20;

    @TempDir
    private static Path directory;

    @TempDir
    private Path spool;

    private static S3Server server;

    @BeforeAll
    static void start() throws IOException {
        server = S3Server.start(directory);
        System.setProperty("aws.accessKeyId", S3Server.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", S3Server.SECRET_KEY);
    }

    @AfterAll
    static void stop() {
        server.close();
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    @Test
    void small_files_and_files_of_several_parts_come_back_as_they_were() throws IOException {
        try (BackupStore store = open()) {
            for (int size : new int[] {0, 1, PART_BYTES, 2 * PART_BYTES + 1}) {
                byte[] bytes = new byte[size];
                new Random(size).nextBytes(bytes);
                String name = "shop/1/file-" + size;
                FileFacts facts;
                try (NewFile file = store.create(name)) {
                    file.write(bytes, 0, size);
                    assertThat(store.list("shop/")).doesNotContain(name);
                    facts = file.commit();
                }
                assertThat(facts).isEqualTo(FileFacts.of(name, new ByteArrayInputStream(bytes)));
                try (InputStream in = store.open(name);
                        BackupStore.LocalCopy copy = store.local(name)) {
                    facts.require(FileFacts.of(name, in));
                    facts.require(FileFacts.of(name, Files.newInputStream(copy.path())));
                }
            }
            assertThat(store.list("shop/1/file-")).hasSize(4);
            assertThat(store.list("sho")).hasSize(4);
            assertThat(store.list("cart/")).isEmpty();
            store.delete("shop/1/file-1");
            store.delete("shop/1/file-1");
            assertThat(store.list("")).hasSize(3).doesNotContain("shop/1/file-1");
        }
        try (Stream<Path> left = Files.list(spool)) {
            assertThat(left).as("files on their way").isEmpty();
        }
    }

    @Test
    void what_is_not_there_and_a_bucket_that_is_not_there_are_told_by_name() throws IOException {
        try (BackupStore store = open();
                BackupStore other = Stores.open("--store", "s3://nowhere/x", settings(), spool)) {
            assertThatThrownBy(() -> store.open("shop/2/manifest.json"))
                    .isInstanceOf(NoSuchFileException.class)
                    .hasMessageContaining("s3://backups/all/shop/2/manifest.json");
            assertThatThrownBy(() -> other.list("shop/"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("s3://nowhere/x");
        }
    }

    @Test
    void a_wrong_key_is_refused() {
        System.setProperty("aws.secretAccessKey", "wrong");
        try (BackupStore store = open()) {
            assertThatThrownBy(() -> store.list("")).isInstanceOf(IOException.class);
        } finally {
            System.setProperty("aws.secretAccessKey", S3Server.SECRET_KEY);
        }
    }

    private BackupStore open() {
        return Stores.open("--store", "s3://" + S3Server.BUCKET + "/all", settings(), spool);
    }

    private static S3Settings settings() {
        return new S3Settings(URI.create(server.endpoint()), null);
    }
}
