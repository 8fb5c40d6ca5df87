package io.undermoon.proxy.migration.copy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompactKeySetTest {
    private final CompactKeySet keys = new CompactKeySet(16 << 20);

    /** Compares with a LinkedHashSet, through phases of growth and of shrinking. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void keeps_each_key_once_in_the_order_of_its_first_change(int seed) {
        Random random = new Random(seed);
        LinkedHashSet<String> expected = new LinkedHashSet<>();
        int different = 1 << (4 + 3 * seed);
        for (int i = 0; i < 200_000; i++) {
            int adds = i / 20_000 % 2 == 0 ? 6 : 2;
            int what = random.nextInt(10);
            String key = key(random.nextInt(different));
            if (what < adds) {
                keys.add(bytes(key));
                expected.add(key);
            } else if (what < 8) {
                keys.remove(bytes(key));
                expected.remove(key);
            } else if (!expected.isEmpty()) {
                Iterator<String> first = expected.iterator();
                assertThat(text(keys.take())).isEqualTo(first.next());
                first.remove();
            }
            assertThat(keys.size()).isEqualTo(expected.size());
            assertThat(keys.isEmpty()).isEqualTo(expected.isEmpty());
            assertThat(keys.contains(bytes(key))).isEqualTo(expected.contains(key));
        }
        for (String key : expected) {
            assertThat(text(keys.take())).isEqualTo(key);
        }
        assertThat(keys.isEmpty()).isTrue();
    }

    @Test
    void takes_keys_of_any_size() {
        byte[] large = new byte[20 << 20];
        keys.add(new byte[0]);
        keys.add(large);
        keys.add(new byte[] {1});
        assertThat(keys.isLarge()).isTrue();
        keys.remove(new byte[0]);
        assertThat(keys.take()).isEqualTo(large);
        assertThat(keys.isLarge()).isFalse();
        assertThat(keys.take()).containsExactly(1);
    }

    @Test
    void does_not_grow_by_keys_that_come_and_go() {
        for (int i = 0; i < 3_000_000; i++) {
            keys.add(bytes(key(i)));
            keys.take();
        }
        assertThat(keys.isLarge()).isFalse();
        assertThat(keys.isEmpty()).isTrue();
    }

    private static String key(int number) {
        return "key".repeat(number % 7) + number;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
