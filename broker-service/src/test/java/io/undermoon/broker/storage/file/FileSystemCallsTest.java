package io.undermoon.broker.storage.file;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Linux refuses to sync what is on no disk, which shows that it is asked to. */
@EnabledOnOs(OS.LINUX)
class FileSystemCallsTest {
    private final FileSystemCalls calls = new FileSystemCalls();

    @Test
    void files_are_synced() {
        assertThatThrownBy(() -> calls.syncFile(Path.of("/dev/null"))).isInstanceOf(IOException.class);
    }

    @Test
    void directories_are_synced() {
        assertThatThrownBy(() -> calls.syncDirectory(Path.of("/proc"))).isInstanceOf(IOException.class);
    }
}
