package io.undermoon.proxy.gather;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.proxy.frame.ProtocolException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ScanCursorTest {
    @Test
    void what_is_encoded_is_decoded_and_fits_a_signed_long() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 10_000; i++) {
            ScanCursor cursor = new ScanCursor(
                    random.nextInt(1 << 13), random.nextInt(1 << 11), random.nextInt(8), random.nextLong(1L << 36));
            assertThat(cursor.encode()).isNotNegative();
            assertThat(ScanCursor.decode(cursor.encode())).isEqualTo(cursor);
        }
        ScanCursor largest = new ScanCursor((1 << 13) - 1, (1 << 11) - 1, 7, (1L << 36) - 1);
        assertThat(largest.encode()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void what_does_not_fit_is_refused() {
        assertThatThrownBy(() -> new ScanCursor(0, 0, 0, 1L << 36))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("cursor of a node 68719476736 is not below 2^36");
        assertThatThrownBy(() -> new ScanCursor(0, 0, 8, 0)).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> new ScanCursor(0, 2048, 0, 0)).isInstanceOf(ProtocolException.class);
    }
}
