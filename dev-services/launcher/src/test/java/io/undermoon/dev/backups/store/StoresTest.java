package io.undermoon.dev.backups.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.dev.plan.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoresTest {
    private static final S3Settings LOCAL = new S3Settings(URI.create("http://127.0.0.1:1"), null);

    @TempDir
    private Path directory;

    @Test
    void a_file_is_there_when_it_is_committed_and_not_before() throws IOException {
        BackupStore store = new DirectoryStore(directory);
        try (NewFile file = store.create("shop/1/a.rdb")) {
            write(file, "abc");
            assertThat(store.open("shop/1/a.rdb.part").readAllBytes()).isEqualTo(bytes("abc"));
            assertThatThrownBy(() -> store.open("shop/1/a.rdb")).isInstanceOf(NoSuchFileException.class);

            FileFacts facts = file.commit();

            assertThat(facts)
                    .isEqualTo(new FileFacts(
                            "shop/1/a.rdb", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        }
        assertThat(store.list("shop/")).containsExactly("shop/1/a.rdb");
        try (InputStream in = store.open("shop/1/a.rdb")) {
            assertThat(in.readAllBytes()).isEqualTo(bytes("abc"));
        }
    }

    @Test
    void a_file_that_is_not_committed_is_gone() throws IOException {
        BackupStore store = new DirectoryStore(directory);
        try (NewFile file = store.create("shop/1/a.rdb")) {
            write(file, "abc");
        }
        assertThat(store.list("")).isEmpty();
    }

    @Test
    void a_file_can_be_cut_and_goes_on_there() throws IOException {
        BackupStore store = new DirectoryStore(directory);
        try (NewFile file = store.create("f")) {
            write(file, "abcdef");
            assertThat(file.cut(4)).isEqualTo(bytes("ef"));
            write(file, "x");
            file.commit();
        }
        assertThat(Files.readString(directory.resolve("f"))).isEqualTo("abcdx");
    }

    @Test
    void a_directory_goes_with_its_last_file() throws IOException {
        BackupStore store = new DirectoryStore(directory);
        for (String name : new String[] {"shop/1/a", "shop/1/b"}) {
            try (NewFile file = store.create(name)) {
                file.commit();
            }
        }
        store.delete("shop/1/a");
        assertThat(directory.resolve("shop/1")).exists();
        store.delete("shop/1/b");
        store.delete("shop/1/b");
        assertThat(directory.resolve("shop/1")).doesNotExist();
    }

    @Test
    void a_store_is_a_directory_or_a_bucket() {
        try (BackupStore bucket = Stores.open("--store", "s3://b/some/where/", LOCAL, directory);
                BackupStore whole = Stores.open("--store", "s3://b", LOCAL, directory);
                BackupStore files = Stores.open("--store", directory.toString(), LOCAL, directory)) {
            assertThat(bucket).isInstanceOf(S3Store.class).hasToString("s3://b/some/where");
            assertThat(whole).hasToString("s3://b");
            assertThat(files).hasToString(directory.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3://", "s3:///prefix", "http://host/backups", ""})
    void what_is_neither_is_refused_with_its_text(String text) {
        assertThatThrownBy(() -> Stores.open("--store", text, LOCAL, directory))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(text)
                .hasMessageContaining("--store");
    }

    private static void write(NewFile file, String text) throws IOException {
        byte[] bytes = bytes(text);
        file.write(bytes, 0, bytes.length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
