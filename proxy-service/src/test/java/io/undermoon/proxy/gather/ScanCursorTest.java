package io.undermoon.proxy.gather;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undermoon.proxy.frame.ProtocolException;
import io.undermoon.slot.Slot;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ScanCursorTest {
    private static final int MAX_TAG = (1 << ScanCursor.TAG_BITS) - 1;
    private static final long MAX_POSITION = (1L << ScanCursor.POSITION_BITS) - 1;

    @Test
    void what_is_encoded_is_decoded_and_fits_a_signed_long() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 10_000; i++) {
            ScanCursor cursor = new ScanCursor(
                    random.nextInt(Slot.COUNT), random.nextInt(MAX_TAG + 1), random.nextLong(MAX_POSITION + 1));
            assertThat(cursor.encode()).isPositive();
            assertThat(ScanCursor.decode(cursor.encode())).isEqualTo(cursor);
        }
        assertThat(new ScanCursor(Slot.COUNT - 1, MAX_TAG, MAX_POSITION).encode())
                .isEqualTo(Long.MAX_VALUE);
        assertThat(ScanCursor.BEGIN.encode()).isPositive();
        assertThat(ScanCursor.decode(0)).isEqualTo(ScanCursor.BEGIN);
    }

    @Test
    void a_position_that_does_not_fit_is_refused() {
        assertThatThrownBy(() -> new ScanCursor(0, 0, 1L << 30))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("the node's cursor 1073741824 is not below 2^30");
    }

    /** They had 13 bits of fingerprint, 11 for a proxy, 3 for which of its two nodes, and 36 for the position. */
    @Test
    void cursors_of_the_former_form_are_refused() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 10_000; i++) {
            long former = ((random.nextLong(1 << 13) << 11 | random.nextLong(1 << 11)) << 3 | random.nextLong(2)) << 36
                    | random.nextLong(1L << 36);
            assertThatThrownBy(() -> ScanCursor.decode(former)).isInstanceOf(ProtocolException.class);
        }
    }
}
