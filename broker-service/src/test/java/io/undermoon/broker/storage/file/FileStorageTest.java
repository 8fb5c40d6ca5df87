package io.undermoon.broker.storage.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.state.MetadataJson;
import io.undermoon.broker.storage.MetadataStorage.WriteResult;
import io.undermoon.broker.storage.StorageException;
import io.undermoon.broker.testing.Golden;
import io.undermoon.broker.testing.TestMetadata;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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

    @Test
    void has_the_old_value_after_an_error_of_any_call() throws IOException {
        for (int call = 0; ; call++) {
            deleteAll();
            store(OLD);
            FaultyCalls calls = new FaultyCalls();
            try (FileStorage storage = FileStorage.open(file(), EMPTY, calls)) {
                String version = storage.load().version();
                calls.failAtCall(call);
                try {
                    storage.compareAndSet(version, NEW);
                } catch (StorageException e) {
                    assertThat(e)
                            .hasMessageContaining("No space left on device")
                            .hasMessageContaining("metadata");
                    assertThat(storage.load().state()).isEqualTo(OLD);
                    assertThat(MetadataJson.read(Files.readAllBytes(file()))).isEqualTo(OLD);
                    assertThat(names()).containsExactly("metadata", "metadata.lock");
                    assertThat(storage.compareAndSet(version, NEW)).isInstanceOf(WriteResult.Stored.class);
                }
            }
            assertThat(load()).isEqualTo(NEW);
            if (!calls.wasReached()) {
                assertThat(call).isGreaterThan(4);
                return;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void has_the_old_or_the_new_value_after_a_crash_at_any_call(boolean losesPower) throws IOException {
        for (int call = 0; ; call++) {
            deleteAll();
            store(OLD);
            FaultyCalls calls = new FaultyCalls();
            calls.crashAtCall(call);
            boolean stored = openAndStore(file(), calls);
            if (losesPower) {
                calls.losePower();
            }
            assertThat(load()).isIn(stored ? List.of(NEW) : List.of(OLD, NEW));
            assertThat(names()).containsExactly("metadata", "metadata.lock");
            if (!calls.wasReached()) {
                assertThat(stored).isTrue();
                return;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void has_nothing_or_the_first_value_after_a_crash_at_any_call(boolean losesPower) throws IOException {
        Path file = directory.resolve("a/b/metadata");
        for (int call = 0; ; call++) {
            deleteAll();
            FaultyCalls calls = new FaultyCalls();
            calls.crashAtCall(call);
            boolean stored = openAndStore(file, calls);
            if (losesPower) {
                calls.losePower();
            }
            try (FileStorage storage = FileStorage.open(file, EMPTY)) {
                assertThat(storage.load().state()).isIn(stored ? List.of(NEW) : List.of(EMPTY, NEW));
            }
            if (!calls.wasReached()) {
                assertThat(stored).isTrue();
                return;
            }
        }
    }

    @Test
    void leaves_no_file_when_the_first_write_fails() throws IOException {
        FaultyCalls calls = new FaultyCalls() {
            @Override
            void syncDirectory(Path directory) throws IOException {
                throw new IOException("Input/output error");
            }
        };
        try (FileStorage storage = FileStorage.open(file(), EMPTY, calls)) {
            assertThatThrownBy(() -> storage.compareAndSet(storage.load().version(), NEW))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("Input/output error");
        }
        assertThat(file()).doesNotExist();
    }

    @Test
    void a_symbolic_link_is_the_same_file() throws IOException {
        store(OLD);
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        Path link = Files.createSymbolicLink(elsewhere.resolve("link"), file());
        Path linkedDirectory = Files.createSymbolicLink(elsewhere.resolve("linked"), directory);
        try (FileStorage first = FileStorage.open(link, EMPTY)) {
            for (Path name : List.of(file(), link, linkedDirectory.resolve("metadata"))) {
                assertThatThrownBy(() -> FileStorage.open(name, EMPTY))
                        .hasMessageContaining("in use by another broker");
            }
            assertThat(first.compareAndSet(first.load().version(), NEW)).isInstanceOf(WriteResult.Stored.class);
        }
        assertThat(link).isSymbolicLink();
        assertThat(load()).isEqualTo(NEW);
    }

    @Test
    void a_link_to_a_file_that_is_not_there_yet_names_the_place_of_the_file() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("later/metadata"));
        try (FileStorage storage = FileStorage.open(link, EMPTY)) {
            storage.compareAndSet(storage.load().version(), NEW);
        }
        assertThat(link).isSymbolicLink();
        assertThat(directory.resolve("later/metadata")).isRegularFile();
    }

    @Test
    void a_deleted_lock_is_taken_again_before_anybody_else_can() throws IOException {
        try (FileStorage storage = FileStorage.open(file(), EMPTY)) {
            Files.delete(lock());
            assertThat(storage.load().state()).isEqualTo(EMPTY);
            assertThat(lock()).exists();
            assertThatThrownBy(() -> FileStorage.open(file(), EMPTY)).hasMessageContaining("in use by another broker");
        }
    }

    @Test
    void stops_writing_when_its_lock_was_deleted_and_another_broker_has_started() throws IOException {
        store(OLD);
        try (FileStorage first = FileStorage.open(file(), EMPTY)) {
            String version = first.load().version();
            Files.delete(lock());
            try (FileStorage second = FileStorage.open(file(), EMPTY)) {
                assertThatThrownBy(first::load).hasMessageContaining("another broker has locked it since");
                assertThatThrownBy(() -> first.compareAndSet(version, EMPTY))
                        .isInstanceOf(StorageException.class)
                        .hasMessageContaining("another broker has locked it since");
                assertThat(second.compareAndSet(second.load().version(), NEW)).isInstanceOf(WriteResult.Stored.class);
            }
            // The second one has gone, but the value is no longer that of the first.
            assertThatThrownBy(() -> first.compareAndSet(version, EMPTY))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("somebody else has changed");
        }
        assertThat(load()).isEqualTo(NEW);
    }

    @Test
    void writes_a_file_that_is_gone_again() throws IOException {
        store(OLD);
        try (FileStorage storage = FileStorage.open(file(), EMPTY)) {
            Files.delete(file());
            assertThat(storage.load().state()).isEqualTo(OLD);
            assertThat(MetadataJson.read(Files.readAllBytes(file()))).isEqualTo(OLD);
            assertThat(storage.compareAndSet(storage.load().version(), NEW)).isInstanceOf(WriteResult.Stored.class);
        }
        assertThat(load()).isEqualTo(NEW);
    }

    @Test
    void stops_writing_when_somebody_else_has_replaced_the_file() throws IOException {
        store(OLD);
        try (FileStorage storage = FileStorage.open(file(), EMPTY)) {
            String version = storage.load().version();
            Path copy = Files.write(directory.resolve("copy"), MetadataJson.write(NEW));
            Files.move(copy, file(), StandardCopyOption.REPLACE_EXISTING);
            assertThatThrownBy(storage::load).hasMessageContaining("somebody else has changed");
            assertThatThrownBy(() -> storage.compareAndSet(version, EMPTY))
                    .hasMessageContaining("somebody else has changed");
        }
        assertThat(load()).isEqualTo(NEW);
    }

    private boolean openAndStore(Path file, FileSystemCalls calls) {
        try (FileStorage storage = FileStorage.open(file, EMPTY, calls)) {
            return storage.compareAndSet(storage.load().version(), NEW) instanceof WriteResult.Stored;
        } catch (StorageException e) {
            return false;
        }
    }

    private Path lock() {
        return directory.resolve("metadata.lock");
    }

    private void deleteAll() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(directory)) {
                    Files.delete(file);
                }
            }
        }
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
