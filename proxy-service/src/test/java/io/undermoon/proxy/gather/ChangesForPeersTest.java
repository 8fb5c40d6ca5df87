package io.undermoon.proxy.gather;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.proxy.frame.CommandFrame;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ChangesForPeersTest {
    private final ChangesForPeers changes = new ChangesForPeers();

    @Test
    void a_change_stands_for_one_of_a_client_for_ten_seconds() {
        changes.add("one", 0);
        changes.add("two", 0);
        assertThat(changes.take("one", 1)).isTrue();
        assertThat(changes.take("one", 1)).isFalse();
        assertThat(changes.take("two", TimeUnit.SECONDS.toNanos(10) + 1)).isFalse();
    }

    @Test
    void no_more_than_a_thousand_are_kept() {
        for (int i = 0; i < 2000; i++) {
            changes.add("change" + i, i);
        }
        assertThat(changes.take("change0", 2000)).isFalse();
        assertThat(changes.take("change1500", 2000)).isTrue();
    }

    @Test
    void what_is_said_of_existing_libraries_makes_no_difference() {
        assertThat(effect("FUNCTION", "LOAD", "code")).isEqualTo(effect("function", "load", "REPLACE", "code"));
        assertThat(effect("FUNCTION", "LOAD", "code")).isNotEqualTo(effect("FUNCTION", "LOAD", "other"));
        assertThat(effect("FUNCTION", "RESTORE", "dump")).isEqualTo(effect("FUNCTION", "RESTORE", "dump", "APPEND"));
        assertThat(effect("FUNCTION", "DELETE", "x")).isNotEqualTo(effect("FUNCTION", "LOAD", "x"));
    }

    private static String effect(String... command) {
        return ChangesForPeers.effect(CommandFrame.of(List.of(command)));
    }
}
