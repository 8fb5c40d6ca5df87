package io.undermoon.dev.lifecycle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AttachmentsTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    private static final int READ_TIMEOUT_MILLIS = 30_000;

    private final LinkedBlockingQueue<String> orders = new LinkedBlockingQueue<>();
    private final AtomicInteger unused = new AtomicInteger();

    @Test
    void a_stack_is_in_use_until_the_last_program_has_left() throws IOException {
        try (Attachments attachments = open(LONG);
                Socket second = attach(attachments)) {
            try (Socket first = attach(attachments)) {
                first.getOutputStream().write("up 3\n".getBytes(UTF_8));
                await().untilAsserted(() -> assertThat(orders).containsExactly("up 3"));
            }
            second.getOutputStream().write("up 4\n".getBytes(UTF_8));
            await().untilAsserted(() -> assertThat(orders).containsExactly("up 3", "up 4"));
            assertThat(unused).hasValue(0);

            second.close();

            await().untilAsserted(() -> assertThat(unused).hasValue(1));
        }
    }

    @Test
    void a_stack_that_nobody_attaches_to_is_not_in_use() {
        try (Attachments attachments = open(Duration.ofMillis(10))) {
            await().untilAsserted(() -> assertThat(unused).hasValue(1));
            assertThat(attachments.port()).isPositive();
        }
    }

    @Test
    void tells_those_who_wait_and_those_who_come_later() throws IOException {
        try (Attachments attachments = open(LONG);
                Socket early = attach(attachments)) {
            early.getOutputStream().write("here\n".getBytes(UTF_8));
            await().untilAsserted(() -> assertThat(orders).containsExactly("here"));

            attachments.describe(List.of("a=1", "b=2"));

            try (Socket late = attach(attachments)) {
                for (Socket program : List.of(early, late)) {
                    BufferedReader lines = new BufferedReader(new InputStreamReader(program.getInputStream(), UTF_8));
                    assertThat(lines.readLine()).isEqualTo("a=1");
                    assertThat(lines.readLine()).isEqualTo("b=2");
                    assertThat(lines.readLine()).isEmpty();
                }
            }
        }
    }

    private Attachments open(Duration patience) {
        return Attachments.open(patience, orders::add, unused::incrementAndGet);
    }

    private static Socket attach(Attachments attachments) throws IOException {
        Socket program = new Socket(InetAddress.getLoopbackAddress(), attachments.port());
        program.setSoTimeout(READ_TIMEOUT_MILLIS);
        return program;
    }
}
