package io.undermoon.dev.imports.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.imports.destination.Marker;
import io.undermoon.dev.imports.destination.SlotBatch;
import io.undermoon.dev.imports.source.KeyState;
import io.undermoon.dev.imports.source.Position;
import io.undermoon.metadata.HostPort;
import io.undermoon.slot.Slot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BacklogTest {
    private static final HostPort MASTER = new HostPort("h", 1);

    private static final Set<HostPort> MASTERS = Set.of(MASTER);

    @TempDir
    private Path directory;

    private Backlog backlog;

    @BeforeEach
    void begin() {
        backlog = backlog(1 << 20);
    }

    private Backlog backlog(int maxBytes) {
        return new Backlog(Collections.nCopies(Slot.COUNT, new Marker(1, 0, 0)), maxBytes, directory, new Counters());
    }

    @Test
    void a_checkpoint_holds_when_what_changed_before_it_is_written() throws EndedException {
        backlog.changed(MASTER, List.of(key("a")), new Position("h", 10, 0));
        Checkpoint checkpoint = requireNonNull(backlog.begin(1, MASTERS));
        backlog.changed(MASTER, List.of(key("b")), new Position("h", 20, 0));
        assertThat(checkpoint.text()).isEqualTo("h 10 0");
        Backlog.Reading reading = backlog.nextReading(1);
        assertThat(backlog.isClosed(checkpoint.generation()))
                .as("it is being read")
                .isFalse();
        backlog.read(reading, List.of(new KeyState(new byte[] {1}, 0)));
        SlotBatch batch = backlog.nextBatches(10, 1000).get(0);
        assertThat(backlog.isClosed(checkpoint.generation()))
                .as("it is on its way")
                .isFalse();
        backlog.written(batch);
        assertThat(backlog.isClosed(checkpoint.generation())).isTrue();
        assertThat(backlog.isEmpty()).as("b is not there yet").isFalse();
    }

    @Test
    void a_key_that_changes_again_keeps_a_checkpoint_waiting_until_its_newer_value_is_written() throws EndedException {
        backlog.changed(MASTER, List.of(key("a")), new Position("h", 10, 0));
        backlog.read(backlog.nextReading(1), List.of(new KeyState(new byte[] {1}, 0)));
        Checkpoint checkpoint = requireNonNull(backlog.begin(1, MASTERS));
        backlog.changed(MASTER, List.of(key("a")), new Position("h", 20, 0));
        backlog.read(backlog.nextReading(1), List.of(new KeyState(new byte[] {2}, 0)));
        List<SlotBatch> batches = backlog.nextBatches(10, 1000);
        assertThat(batches).hasSize(1);
        assertThat(batches.get(0).entries().get(0).dump()).containsExactly(2);
        assertThat(backlog.isClosed(checkpoint.generation())).isFalse();
        backlog.written(batches.get(0));
        assertThat(backlog.isClosed(checkpoint.generation())).isTrue();
        assertThat(backlog.isEmpty()).isTrue();
    }

    @Test
    void a_slot_has_one_batch_on_its_way_and_the_next_one_follows_on_its_marker() throws EndedException {
        backlog.copied(key("{t}1"), 0, new byte[] {1});
        SlotBatch first = backlog.nextBatches(10, 1000).get(0);
        backlog.copied(key("{t}2"), 0, new byte[] {2});
        backlog.copied(key("other"), 0, new byte[] {3});
        SlotBatch other = backlog.nextBatches(10, 1000).get(0);
        assertThat(other.slot()).isNotEqualTo(first.slot());
        backlog.again(first);
        assertThat(backlog.nextBatches(10, 1000)).as("the same once more").containsExactly(first);
        backlog.written(first);
        SlotBatch second = backlog.nextBatches(10, 1000).get(0);
        assertThat(second.before()).isEqualTo(first.after());
        assertThat(second.entries()).hasSize(1);
    }

    @Test
    void a_value_of_a_snapshot_does_not_replace_a_change() throws EndedException {
        backlog.beginSnapshot(MASTER);
        backlog.changed(MASTER, List.of(key("a")), new Position("h", 10, 0));
        backlog.copied(key("a"), 0, new byte[] {1});
        backlog.endSnapshot();
        backlog.read(backlog.nextReading(10), List.of(KeyState.ABSENT));
        SlotBatch batch = backlog.nextBatches(10, 1000).get(0);
        assertThat(batch.entries().get(0).dump()).as("it is to go").isEmpty();
        backlog.written(batch);
        assertThat(backlog.isEmpty()).isTrue();
    }

    @Test
    void changes_are_not_read_while_a_snapshot_is_read() throws InterruptedException {
        backlog.beginSnapshot(MASTER);
        backlog.changed(MASTER, List.of(key("a")), new Position("h", 10, 0));
        AtomicReference<Backlog.Reading> reading = new AtomicReference<>();
        Thread reader = new Thread(() -> {
            try {
                reading.set(backlog.nextReading(10));
            } catch (EndedException e) {
                throw new IllegalStateException(e);
            }
        });
        reader.start();
        await().until(() -> reader.getState() == Thread.State.WAITING);
        backlog.endSnapshot();
        reader.join();
        assertThat(reading.get().keys()).hasSize(1);
    }

    @Test
    void every_slot_is_told_of_a_checkpoint() throws EndedException {
        backlog.changed(MASTER, List.of(), new Position("h", 10, 0));
        Checkpoint checkpoint = requireNonNull(backlog.begin(1, MASTERS));
        backlog.tellSlots(checkpoint.number());
        for (int told = 0; told < Slot.COUNT; ) {
            assertThat(backlog.haveBeenTold(1)).isFalse();
            for (SlotBatch batch : backlog.nextBatches(1000, 1000)) {
                assertThat(batch.after()).isEqualTo(new Marker(1, 1, 1));
                backlog.written(batch);
                told++;
            }
        }
        assertThat(backlog.haveBeenTold(1)).isTrue();
    }

    @Test
    void no_checkpoint_is_begun_while_a_snapshot_is_read() {
        assertThat(backlog.begin(1, MASTERS))
                .as("nothing is known of the master")
                .isNull();
        backlog.beginSnapshot(MASTER);
        // The snapshot is in its file as a whole, and has not been read yet.
        backlog.changed(MASTER, List.of(), new Position("h", 10, 0));
        assertThat(backlog.begin(1, MASTERS)).as("not all is there").isNull();
        backlog.endSnapshot();
        assertThat(backlog.begin(1, MASTERS)).isNotNull();
    }

    @Test
    void what_waits_to_be_read_or_written_is_pending() throws EndedException {
        backlog.copied(key("unwritten"), 0, new byte[] {1});
        backlog.copied(key("sent"), 0, new byte[] {1});
        List<SlotBatch> batches = backlog.nextBatches(2, 1000);
        backlog.written(batches.get(0));
        backlog.copied(key("{unwritten}2"), 0, new byte[] {1});
        backlog.readAgain(List.of(key("read")));
        Backlog.Reading reading = backlog.nextReading(1);
        backlog.readAgain(List.of(key("unread")));
        assertThat(pending()).containsExactly("read", "sent", "{unwritten}2");
        assertThat(backlog.pending(slot -> slot == Slot.of("sent"))).hasSize(1);
        backlog.read(reading, List.of(KeyState.ABSENT));
        assertThat(pending()).as("to be written now").contains("read");
    }

    private List<String> pending() {
        return backlog.pending(slot -> true).stream()
                .map(name -> new String(name, StandardCharsets.UTF_8))
                .sorted()
                .toList();
    }

    @Test
    void names_that_memory_has_no_room_for_wait_in_a_file() throws EndedException, IOException {
        backlog = backlog(10_000);
        backlog.beginSnapshot(MASTER);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 1000; i++) {
                backlog.changed(MASTER, List.of(key("k" + i)), new Position("h", 10, 0));
            }
        }
        assertThat(backlog.namesInMemory()).isBetween(50L, 100L);
        backlog.endSnapshot();
        Checkpoint checkpoint = requireNonNull(backlog.begin(1, MASTERS));
        Set<String> read = new TreeSet<>();
        while (!backlog.isEmpty()) {
            Backlog.Reading reading = backlog.nextReading(10);
            reading.keys().forEach(name -> read.add(new String(name, StandardCharsets.UTF_8)));
            assertThat(backlog.isClosed(checkpoint.generation())).isFalse();
            backlog.read(reading, Collections.nCopies(reading.keys().size(), KeyState.ABSENT));
            while (!pending().isEmpty()) {
                backlog.nextBatches(100, 1000).forEach(backlog::written);
            }
        }
        assertThat(read).hasSize(1000);
        assertThat(backlog.isClosed(checkpoint.generation())).isTrue();
        backlog.end();
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    private static byte[] key(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
