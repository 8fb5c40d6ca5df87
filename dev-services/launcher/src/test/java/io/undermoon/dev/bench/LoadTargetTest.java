package io.undermoon.dev.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.metadata.HostPort;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LoadTargetTest {
    @Test
    void is_an_address_and_perhaps_a_process() {
        assertThat(LoadTarget.parse("127.0.0.1:7617"))
                .isEqualTo(new LoadTarget("127.0.0.1:7617", new HostPort("127.0.0.1", 7617), OptionalLong.empty()));
        assertThat(LoadTarget.parse("localhost:1@42"))
                .isEqualTo(new LoadTarget("localhost:1", new HostPort("localhost", 1), OptionalLong.of(42)));
    }

    @Test
    void refuses_anything_else_by_its_name() {
        assertThatThrownBy(() -> LoadTarget.parse("host")).hasMessageContaining("host");
        assertThatThrownBy(() -> LoadTarget.parse("host:1@x")).hasMessageContaining("host:1@x");
    }
}
