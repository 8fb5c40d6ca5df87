package io.undermoon.dev.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
    @TempDir
    private Path directory;

    private Path file;
    private LogFile log;

    @BeforeEach
    void open() {
        file = directory.resolve("proxy-1.log");
        log = new LogFile(file);
    }

    @Test
    void a_file_that_does_not_exist_is_empty() throws IOException {
        assertThat(log.tail(10)).isEmpty();
        assertThat(log.readOn()).isEmpty();
    }

    @Test
    void begins_with_the_last_lines_and_goes_on() throws IOException {
        write("one\ntwo\nthree\n");

        assertThat(log.tail(2)).containsExactly("two", "three");
        assertThat(log.readOn()).isEmpty();

        write("four\n");
        assertThat(log.readOn()).containsExactly("four");
    }

    @Test
    void a_line_is_given_out_when_it_is_whole() throws IOException {
        write("one\ntw");
        assertThat(log.readOn()).containsExactly("one");

        write("o\n");
        assertThat(log.readOn()).containsExactly("two");
    }

    @Test
    void starts_again_when_the_file_was_emptied() throws IOException {
        write("a long line of an earlier run\n");
        log.readOn();

        Files.writeString(file, "new\n");
        assertThat(log.readOn()).containsExactly("new");
    }

    private void write(String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
