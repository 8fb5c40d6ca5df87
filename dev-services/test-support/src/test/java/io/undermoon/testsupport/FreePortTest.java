package io.undermoon.testsupport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import org.junit.jupiter.api.Test;

class FreePortTest {
    @Test
    void a_second_class_loader_has_the_share_of_the_first() throws IOException, ReflectiveOperationException {
        int own = FreePort.any();
        URL classes = FreePort.class.getProtectionDomain().getCodeSource().getLocation();
        try (URLClassLoader other = new URLClassLoader(
                new URL[] {classes}, FreePort.class.getClassLoader().getParent())) {
            Class<?> again = other.loadClass(FreePort.class.getName());
            assertThat(again).isNotSameAs(FreePort.class);
            int theirs = (int) again.getMethod("any").invoke(null);
            assertThat(theirs / 2000).isEqualTo(own / 2000);
        }
    }

    @Test
    void a_block_is_within_the_share() {
        int first = FreePort.block(520);
        assertThat((first + 519) / 2000).isEqualTo(first / 2000);
    }
}
