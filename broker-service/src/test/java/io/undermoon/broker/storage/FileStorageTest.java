package io.undermoon.broker.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataJson;
import io.undermoon.broker.storage.MetadataStorage.WriteResult;
import io.undermoon.broker.testing.Golden;
import io.undermoon.broker.testing.TestMetadata;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileStorageTest {
    private static final Metadata EMPTY = Metadata.empty(false);
    private static final Metadata OLD = TestMetadata.withProxies(2);
    private static final Metadata NEW = TestMetadata.withProxies(3);

    @TempDir
    Path directory;

    @Test
    void keeps_what_was_stored() throws IOException {
        store(OLD);
        assertThat(load()).isEqualTo(OLD);
        assertThat(names()).containsExactly("metadata", "metadata.lock");
    }

    @Test
    void starts_empty_without_a_file_and_creates_its_directory() {
        Path file = directory.resolve("a/b/metadata");
        try (FileStorage storage = FileStorage.open(file, EMPTY)) {
            assertThat(storage.load().state()).isEqualTo(EMPTY);
        }
        assertThat(file.getParent()).exists();
    }

    @Test
    void loads_the_dump_of_the_original() throws IOException {
        Files.write(file(), Golden.bytes("dump.json"));
        assertThat(load()).isEqualTo(MetadataJson.read(Golden.bytes("dump.json")));
    }

    @Test
    void stores_only_over_the_expected_version() {
        try (FileStorage storage = FileStorage.open(file(), EMPTY)) {
            String first = storage.load().version();
            assertThat(storage.compareAndSet(first, OLD)).isInstanceOf(WriteResult.Stored.class);
            assertThat(storage.compareAndSet(first, NEW)).isInstanceOf(WriteResult.Conflict.class);
            assertThat(storage.load().state()).isEqualTo(OLD);
        }
        assertThat(load()).isEqualTo(OLD);
    }

    @Test
    void keeps_a_second_broker_out() {
        try (FileStorage first = FileStorage.open(file(), EMPTY)) {
            assertThat(first.load().state()).isEqualTo(EMPTY);
            assertThatThrownBy(() -> FileStorage.open(file(), EMPTY))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("in use by another broker");
        }
        FileStorage.open(file(), EMPTY).close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 1000})
    void refuses_a_truncated_file_and_leaves_it_untouched(int length) throws IOException {
        byte[] damaged = Arrays.copyOf(Golden.bytes("dump.json"), length);
        Files.write(file(), damaged);
        assertThatThrownBy(() -> FileStorage.open(file(), EMPTY))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("not usable")
                .hasMessageContaining("left untouched");
        assertThat(file()).hasBinaryContent(damaged);
        Files.delete(file());
        FileStorage.open(file(), EMPTY).close();
    }

    @Test
    void refuses_another_format() throws IOException {
        Files.writeString(
                file(),
                new String(Golden.bytes("dump.json"), StandardCharsets.UTF_8)
                        .replace("mem-broker-0.2", "mem-broker-7"));
        assertThatThrownBy(() -> FileStorage.open(file(), EMPTY)).hasMessageContaining("mem-broker-7");
    }

    @Test
    void cleans_up_after_an_interrupted_write() throws IOException {
        store(OLD);
        Files.writeString(directory.resolve("metadata.tmp-1f-0"), "{\"half");
        assertThat(load()).isEqualTo(OLD);
        assertThat(names()).containsExactly("metadata", "metadata.lock");
    }

    @ParameterizedTest
    @EnumSource(FaultyCalls.Step.class)
    void has_the_old_value_after_an_error_at_any_step(FaultyCalls.Step step) throws IOException {
        store(OLD);
        FaultyCalls calls = new FaultyCalls();
        try (FileStorage storage = FileStorage.open(file(), EMPTY, calls)) {
            calls.failOnceAt(step);
            assertThatThrownBy(() -> storage.compareAndSet(storage.load().version(), NEW))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("cannot be written");
            assertThat(storage.load().state()).isEqualTo(OLD);
            assertThat(MetadataJson.read(Files.readAllBytes(file()))).isEqualTo(OLD);
            assertThat(names()).containsExactly("metadata", "metadata.lock");

            assertThat(storage.compareAndSet(storage.load().version(), NEW)).isInstanceOf(WriteResult.Stored.class);
        }
        assertThat(load()).isEqualTo(NEW);
    }

    @ParameterizedTest
    @EnumSource(FaultyCalls.Step.class)
    void has_the_old_or_the_new_value_after_a_crash_at_any_step(FaultyCalls.Step step) throws IOException {
        store(OLD);
        FaultyCalls calls = new FaultyCalls();
        FileStorage storage = FileStorage.open(file(), EMPTY, calls);
        calls.crashAt(step);
        assertThatThrownBy(() -> storage.compareAndSet(storage.load().version(), NEW));
        storage.close();

        assertThat(load()).isEqualTo(step == FaultyCalls.Step.SYNC_DIRECTORY ? NEW : OLD);
        assertThat(names()).containsExactly("metadata", "metadata.lock");
    }

    @Test
    void leaves_no_file_when_the_first_write_fails() throws IOException {
        FaultyCalls calls = new FaultyCalls();
        try (FileStorage storage = FileStorage.open(file(), EMPTY, calls)) {
            calls.failOnceAt(FaultyCalls.Step.SYNC_DIRECTORY);
            assertThatThrownBy(() -> storage.compareAndSet(storage.load().version(), NEW))
                    .isInstanceOf(StorageException.class);
        }
        assertThat(file()).doesNotExist();
    }

    private Path file() {
        return directory.resolve("metadata");
    }

    private void store(Metadata state) {
        try (FileStorage storage = FileStorage.open(file(), EMPTY)) {
            storage.compareAndSet(storage.load().version(), state);
        }
    }

    private Metadata load() {
        try (FileStorage storage = FileStorage.open(file(), EMPTY)) {
            return storage.load().state();
        }
    }

    private Stream<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList().stream();
        }
    }
}
