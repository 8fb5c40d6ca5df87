package io.undermoon.dev.datadir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.dev.datadir.StackState.StartedService;
import io.undermoon.dev.os.ProcessIdentity;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.dev.plan.PortLayout;
import io.undermoon.dev.plan.ServiceKind;
import io.undermoon.dev.plan.StackShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    private static final StackState STATE = StackState.of(new StackShape(6, 2, true, PortLayout.from(20000)))
            .withLauncher(new ProcessIdentity(41, "boot/1"))
            .withProcess("broker", new StartedService(ServiceKind.BROKER, new ProcessIdentity(42, "boot/2")))
            .withProcess("proxy-1", new StartedService(ServiceKind.PROXY, new ProcessIdentity(43, "boot/3")));

    @TempDir
    private Path root;

    private DataDirectory data;

    @BeforeEach
    void open() {
        data = new DataDirectory(root.resolve("data"));
    }

    @Test
    void has_no_state_before_the_first_run() {
        assertThat(data.load()).isEmpty();
    }

    @Test
    void remembers_what_was_saved_last() {
        try (DirectoryLock lock = data.lock().orElseThrow()) {
            data.save(STATE);
            assertThat(data.load()).contains(STATE);

            StackState later = STATE.withoutProcess("broker").withLauncher(null);
            data.save(later);
            assertThat(data.load()).contains(later);
        }
    }

    @Test
    void is_locked_by_one_at_a_time() {
        try (DirectoryLock lock = data.lock().orElseThrow()) {
            assertThat(data.lock()).isEmpty();
        }
        try (DirectoryLock again = data.lock().orElseThrow()) {
            assertThat(again).isNotNull();
        }
    }

    @Test
    void a_damaged_state_file_is_named() throws IOException {
        try (DirectoryLock lock = data.lock().orElseThrow()) {
            Files.writeString(data.root().resolve("state.json"), "{\"version\":1,");
        }

        assertThatThrownBy(data::load).isInstanceOf(LaunchException.class).hasMessageContaining("state.json");
    }
}
