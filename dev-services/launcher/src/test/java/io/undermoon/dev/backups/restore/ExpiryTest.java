package io.undermoon.dev.backups.restore;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpiryTest {
    private static final long NOW = 1_000_000;

    /** {@code @} stands for the time that all times are moved by. */
    @ParameterizedTest
    @CsvSource({
        "PEXPIREAT k 1700000000123, PEXPIREAT k @1700000000123",
        "EXPIREAT k 1700000000, PEXPIREAT k @1700000000000",
        "PEXPIRE k 500, PEXPIREAT k @1000500",
        "EXPIRE k 5 NX, PEXPIREAT k @1005000",
        "SETEX k 5 v, SET k v PXAT @1005000",
        "PSETEX k 5 v, SET k v PXAT @1000005",
        "SET k v, SET k v",
        "SET k v KEEPTTL, SET k v KEEPTTL",
        "SET k PX, SET k PX",
        "SET k v NX PXAT 7, SET k v NX PXAT @7",
        "SET k v EX 5 XX, SET k v PXAT @1005000 XX",
        "SET k v EXAT 5, SET k v PXAT @5000",
        "RESTORE k 0 v REPLACE, RESTORE k 0 v REPLACE",
        "RESTORE k 9 v ABSTTL, RESTORE k @9 v ABSTTL",
        "RESTORE-ASKING k 9 v REPLACE, RESTORE k @1000009 v REPLACE ABSTTL",
        "PERSIST k, PERSIST k",
        "INCR k, INCR k"
    })
    void times_are_moved(String command, String expected) {
        List<byte[]> words = Arrays.stream(command.split(" "))
                .map(word -> word.getBytes(StandardCharsets.US_ASCII))
                .toList();
        String name = command.split(" ")[0].toLowerCase(Locale.ROOT);

        String moved = Expiry.moved(name, words, NOW).stream()
                .map(word -> new String(word, StandardCharsets.US_ASCII))
                .collect(Collectors.joining(" "));

        assertThat(moved)
                .isEqualTo(Arrays.stream(expected.split(" "))
                        .map(word -> word.startsWith("@")
                                ? String.valueOf(Expiry.SHIFT + Long.parseLong(word.substring(1)))
                                : word)
                        .collect(Collectors.joining(" ")));
    }

    @Test
    void a_moved_time_is_known_and_comes_back() {
        assertThat(Expiry.shifted(0)).isZero();
        assertThat(Expiry.isShifted(Expiry.shifted(1))).isTrue();
        assertThat(Expiry.back(Expiry.shifted(1))).isEqualTo(1);
        // The year 9999.
        assertThat(Expiry.isShifted(253_402_300_799_000L)).isFalse();
    }
}
