package io.undermoon.dev.backups.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.dev.backups.store.DamagedFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
    @TempDir
    private Path directory;

    private final StringBuilder bytes = new StringBuilder();
    private int files;

    @Test
    void only_what_changed_the_database_of_clients_counts() throws IOException, InterruptedException {
        commands("SELECT 0", "SET a 1", "PING", "SELECT 1", "SET mark 1", "SELECT 0", "PUBLISH c m", "INCR b");

        assertThat(replayed(history(Long.MAX_VALUE), -1)).containsExactly("set a 1", "incr b");
        assertThat(history(Long.MAX_VALUE).summary()).isEqualTo(new History.Summary(2, -1));
    }

    @Test
    void nothing_beyond_the_end_counts_and_no_part_of_a_transaction() throws IOException, InterruptedException {
        int first = commands("SET a 1");
        commands("MULTI", "SET b 1");
        int inTransaction = bytes.length();
        commands("SET c 1");
        int end = commands("EXEC");
        commands("SET d 1");

        assertThat(replayed(history(first - 1), -1)).isEmpty();
        assertThat(replayed(history(first), -1)).containsExactly("set a 1");
        assertThat(replayed(history(inTransaction), -1)).containsExactly("set a 1");
        assertThat(replayed(history(end - 1), -1)).containsExactly("set a 1");
        assertThat(replayed(history(end), -1)).containsExactly("set a 1", "set b 1", "set c 1");
    }

    @Test
    void a_flush_of_all_keys_is_found_and_what_follows_is_replayed() throws IOException, InterruptedException {
        commands("SET a 1", "SELECT 1", "FLUSHDB", "SELECT 0");
        assertThat(history(Long.MAX_VALUE).summary().flushOffset()).isEqualTo(-1);
        int flush = commands("FLUSHDB");
        commands("SET b 1", "SET c 1");

        assertThat(history(Long.MAX_VALUE).summary()).isEqualTo(new History.Summary(2, flush));
        assertThat(replayed(history(Long.MAX_VALUE), flush)).containsExactly("set b 1", "set c 1");
    }

    @Test
    void several_files_are_one_history() throws IOException, InterruptedException {
        commands("SET a 1", "SELECT 1");
        Path first = file();
        bytes.setLength(0);
        commands("SET mark 1", "SELECT 0", "SET b 1");
        Path second = file();

        assertThat(replayed(new History(List.of(first, second), 0, Long.MAX_VALUE), -1))
                .containsExactly("set a 1", "set b 1");
    }

    @Test
    void what_changes_several_databases_is_refused() {
        commands("SWAPDB 0 1");

        assertThatThrownBy(() -> history(Long.MAX_VALUE).summary())
                .isInstanceOf(DamagedFileException.class)
                .hasMessageContaining("swapdb");
    }

    /** Where the last one ends. */
    private int commands(String... lines) {
        for (String line : lines) {
            String[] words = line.split(" ");
            bytes.append('*').append(words.length).append("\r\n");
            for (String word : words) {
                bytes.append('$')
                        .append(word.length())
                        .append("\r\n")
                        .append(word)
                        .append("\r\n");
            }
        }
        return bytes.length();
    }

    private Path file() throws IOException {
        return Files.writeString(directory.resolve("stream-" + files++), bytes, StandardCharsets.US_ASCII);
    }

    private History history(long toOffset) throws IOException {
        return new History(List.of(file()), 0, toOffset);
    }

    private static List<String> replayed(History history, long afterOffset) throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>();
        history.replay(afterOffset, (name, command, offset) -> {
            List<String> words = command.stream()
                    .map(word -> new String(word, StandardCharsets.US_ASCII))
                    .toList();
            lines.add(name + " " + String.join(" ", words.subList(1, words.size())));
        });
        return lines;
    }
}
