package io.undermoon.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FreePortTest {
    private static final URL CLASSES =
            FreePort.class.getProtectionDomain().getCodeSource().getLocation();

    @Test
    void a_second_class_loader_has_the_share_of_the_first() throws IOException, ReflectiveOperationException {
        int own = FreePort.any();
        try (URLClassLoader other = new URLClassLoader(
                new URL[] {CLASSES}, FreePort.class.getClassLoader().getParent())) {
            Class<?> again = other.loadClass(FreePort.class.getName());
            assertThat(again).isNotSameAs(FreePort.class);
            int theirs = (int) again.getMethod("any").invoke(null);
            assertThat(theirs / 2000).isEqualTo(own / 2000);
            assertThat(theirs).isNotEqualTo(own);
        }
    }

    @Test
    void a_block_is_within_the_share() {
        int first = FreePort.block(520);
        assertThat((first + 519) / 2000).isEqualTo(first / 2000);
    }

    @Test
    void two_answers_are_different_though_nothing_listens_yet() {
        Set<Integer> ports = new HashSet<>();
        IntStream.range(0, 300).forEach(i -> ports.add(FreePort.any()));
        assertThat(ports).hasSize(300);
    }

    @Test
    void the_share_is_held_until_the_process_ends() throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(
                        java, "-cp", System.getProperty("java.class.path"), ShareOfOneTest.class.getName())
                .redirectErrorStream(true)
                .start();
        try (InputStream output = process.getInputStream()) {
            assertThat(new String(output.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("held");
        } finally {
            process.destroyForcibly();
        }
    }

    /** Takes a share by a class loader that goes away, as that of a test does, and prints whether it is still held. */
    static final class ShareOfOneTest {
        private ShareOfOneTest() {}

        public static void main(String[] args) throws IOException, ReflectiveOperationException {
            takeShare();
            Path other = Files.createTempFile("dropped", ".lock");
            lockAndForget(other);
            await().atMost(Duration.ofSeconds(20)).until(() -> {
                System.gc();
                return !isHeld(other);
            });
            Files.delete(other);
            Path share = Path.of(
                    System.getProperty("java.io.tmpdir"),
                    "undermoon-test-ports-" + System.getProperty("test.port.share") + ".lock");
            System.out.print(isHeld(share) ? "held" : "lost");
        }

        /** Shows by its end that a lock ends to which nothing refers. */
        private static void lockAndForget(Path file) throws IOException {
            FileChannel.open(file, StandardOpenOption.WRITE).lock();
        }

        private static boolean isHeld(Path file) throws IOException {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                return channel.tryLock() == null;
            } catch (OverlappingFileLockException e) {
                return true;
            }
        }

        private static void takeShare() throws IOException, ReflectiveOperationException {
            try (URLClassLoader loader =
                    new URLClassLoader(new URL[] {CLASSES}, ClassLoader.getPlatformClassLoader())) {
                loader.loadClass(FreePort.class.getName()).getMethod("any").invoke(null);
            }
        }
    }
}
