package io.undermoon.proxy.session;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How much memory of the proxy values of 64 MB take on their way. */
class BigValuesIT {
    private static final int SIZE = 64 << 20;
    private static final int COUNT = 16;

    /**
     * For the pools, which take chunks of 4 MB for each thread that comes along, and for what else passes; less than
     * another value.
     */
    private static final long SLACK = 48 << 20;

    private RedisServerProcess redis;
    private ProxyHarness proxy;
    private Socket client;
    private InputStream in;

    @BeforeEach
    void start() throws IOException {
        redis = RedisServerProcess.start();
        proxy = ProxyHarness.start();
        proxy.serveAllFrom(redis.port());
        client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        client.setSoTimeout(60_000);
        in = new BufferedInputStream(client.getInputStream(), 1 << 16);
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        proxy.close();
        redis.close();
    }

    @Test
    void one_at_a_time_takes_no_more_than_the_value() throws IOException {
        try (Peak peak = new Peak()) {
            set();
            assertThat(line()).isEqualTo("+OK");
            assertThat(peak.bytes()).as("SET").isLessThan(SIZE + SLACK);
        }
        try (Peak peak = new Peak()) {
            send("GET big\r\n");
            value();
            assertThat(peak.bytes()).as("GET").isLessThan(SIZE + SLACK);
        }
    }

    @Test
    void sixteen_pipelined_ones_do_not_pile_up_on_their_way_to_the_node() throws IOException {
        try (Peak peak = new Peak()) {
            setAll();
            for (int i = 0; i < COUNT; i++) {
                assertThat(line()).isEqualTo("+OK");
            }
            assertThat(peak.bytes()).isLessThan(3L * SIZE + SLACK);
        }
    }

    /** The node takes connections, and answers nothing yet: the first command comes before the login is through. */
    @Test
    void pipelined_ones_wait_for_a_connection_that_is_being_made() throws Exception {
        redis.freeze();
        try (RespConnection other = RespConnection.to(proxy.port());
                Peak peak = new Peak()) {
            Thread sender = new Thread(this::setAll, "sender");
            sender.start();
            // Nothing of it is read any more.
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() -> text(other.call("CLIENT", "LIST")).contains(" events= "));
            redis.unfreeze();
            for (int i = 0; i < COUNT; i++) {
                assertThat(line()).isEqualTo("+OK");
            }
            sender.join();
            assertThat(peak.bytes()).isLessThan(3L * SIZE + SLACK);
        }
    }

    private void setAll() {
        try {
            for (int i = 0; i < COUNT; i++) {
                set();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What was asked for in one go is on its way; what comes after waits until the client has read. */
    @Test
    void a_client_that_does_not_read_gets_no_more_than_it_asked_for_at_first() throws IOException {
        set();
        assertThat(line()).isEqualTo("+OK");
        try (Peak peak = new Peak()) {
            send("GET big\r\n");
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() -> proxy.stats().get(Counter.BACKEND_BYTES_IN) > SIZE
                            && proxy.stats().get(Counter.IN_FLIGHT) == 0);
            for (int i = 1; i < COUNT; i++) {
                send("GET big\r\n");
            }
            try (RespConnection other = RespConnection.to(proxy.port())) {
                assertThat(text(other.call("STRLEN", "big"))).isEqualTo(Integer.toString(SIZE));
            }
            assertThat(peak.bytes()).isLessThan(SIZE + SLACK);
            for (int i = 0; i < COUNT; i++) {
                value();
            }
        }
    }

    private void set() throws IOException {
        send("*3\r\n$3\r\nSET\r\n$3\r\nbig\r\n$" + SIZE + "\r\n");
        byte[] part = new byte[1 << 20];
        for (int sent = 0; sent < SIZE; sent += part.length) {
            client.getOutputStream().write(part);
        }
        send("\r\n");
    }

    private void send(String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void value() throws IOException {
        assertThat(line()).isEqualTo("$" + SIZE);
        in.skipNBytes(SIZE);
        assertThat(line()).isEmpty();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the connection was closed");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }

    /** The most direct memory that is used at a time, beyond what the pools of earlier tests have at its beginning. */
    private static final class Peak implements AutoCloseable {
        private final long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
        private final AtomicBoolean stop = new AtomicBoolean();
        private final AtomicLong peak = new AtomicLong();
        private final Thread thread = new Thread(this::watch, "peak");

        Peak() {
            thread.start();
        }

        private void watch() {
            while (!stop.get()) {
                peak.accumulateAndGet(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory(), Math::max);
                Thread.onSpinWait();
            }
        }

        long bytes() {
            return peak.get() - before;
        }

        @Override
        public void close() {
            stop.set(true);
        }
    }
}
