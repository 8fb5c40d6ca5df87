package io.undermoon.proxy.migration.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.metadata.Epoch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeedTest {
    @Test
    void is_read_as_it_was_written() {
        for (Deed.Status status : Deed.Status.values()) {
            Deed deed = new Deed(new Nonce(new Epoch(7), 3, "a1b2"), status);

            assertThat(Deed.parse(deed.toString())).isEqualTo(deed);
        }
        assertThat(Deed.parse("7.3.a1b2 copying")).hasToString("7.3.a1b2 copying");
        assertThat(Deed.parse(null)).isNull();
        assertThat(Deed.parse("")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"copying", "1.2.x", "1.2.x moved", "1.2 owned", "1.x.y owned", "1.2.x owned now"})
    void refuses_what_is_none(String text) {
        assertThatThrownBy(() -> Deed.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_later_attempt_is_greater() {
        assertThat(nonce(1, 9)).isLessThan(nonce(2, 1));
        assertThat(nonce(2, 9)).isLessThan(nonce(2, 10));
    }

    private static Nonce nonce(long epoch, long number) {
        return new Nonce(new Epoch(epoch), number, "r");
    }
}
