package io.undermoon.proxy.forward;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.metadata.ProxyAddress;
import io.undermoon.proxy.session.SessionSettings;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.slot.SlotRanges;
import io.undermoon.testsupport.FreePort;
import io.undermoon.testsupport.SocketServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Commands that were forwarded to a peer when another one takes its slots over. */
class FormerOwnerIT {
    /** No time limit ends a command in this test. */
    private static final long LONG_MILLIS = 600_000;

    private final RedisServerProcess node = RedisServerProcess.start();
    private final ProxyHarness proxy = start();
    private final ProxyHarness successor = start();

    @AfterEach
    void stop() {
        proxy.close();
        successor.close();
        node.close();
    }

    private static ProxyHarness start() {
        return new ProxyHarness(
                FreePort.any(),
                1,
                LONG_MILLIS,
                settings -> new SessionSettings(true, settings.maxRedirections(), settings.maxPipeline(), false, "", 0),
                ProxyHarness.MIGRATIONS);
    }

    /** As while it is stopped by SIGSTOP: the system takes connections for it. */
    @Test
    void end_when_the_peer_hangs() {
        AtomicInteger received = new AtomicInteger();
        try (SocketServer hanging = new SocketServer(client -> {
                    received.incrementAndGet();
                    client.getInputStream().transferTo(OutputStream.nullOutputStream());
                });
                RespConnection writer = RespConnection.to(proxy.port());
                RespConnection waiter = RespConnection.to(proxy.port())) {
            proxy.serve(Map.of(), Map.of(new ProxyAddress(hanging.address()), SlotRanges.ALL));
            writer.send("SET", "key", "1");
            writer.send("SET", "key", "2");
            waiter.send("BLPOP", "list", "0");
            await().until(() -> received.get() == 2);

            takeOver();

            String lost = "ERR connection to node " + hanging.address()
                    + " was lost (it has no slots any more and does not answer) before the reply came;"
                    + " the command may have been executed";
            assertThat(text(writer.receive())).isEqualTo(lost);
            assertThat(text(writer.receive())).isEqualTo(lost);
            assertThat(text(waiter.receive())).isEqualTo(lost);
            assertThat(text(writer.call("SET", "key", "3"))).isEqualTo("OK");
            assertThat(text(waiter.call("GET", "key"))).isEqualTo("3");
        }
    }

    @Test
    void go_on_when_the_peer_is_alive() {
        CountDownLatch probed = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        try (SocketServer slow = new SocketServer(client -> answer(client, probed, done));
                RespConnection writer = RespConnection.to(proxy.port())) {
            proxy.serve(Map.of(), Map.of(new ProxyAddress(slow.address()), SlotRanges.ALL));
            writer.send("SET", "key", "1");
            await().until(() -> slow.openConnections() == 1);

            takeOver();

            await().until(() -> probed.getCount() == 0 && slow.openConnections() == 1);
            done.countDown();
            assertThat(text(writer.receive())).isEqualTo("OK");
            assertThat(text(writer.call("SET", "key", "2"))).isEqualTo("OK");
        }
    }

    private static void answer(Socket client, CountDownLatch probed, CountDownLatch done) throws IOException {
        byte[] request = new byte[1024];
        boolean isProbe = new String(request, 0, client.getInputStream().read(request), StandardCharsets.US_ASCII)
                .startsWith("PING");
        if (isProbe) {
            client.getOutputStream().write("+PONG\r\n".getBytes(StandardCharsets.US_ASCII));
            probed.countDown();
            return;
        }
        try {
            done.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        client.getOutputStream().write("+OK\r\n".getBytes(StandardCharsets.US_ASCII));
        client.getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    private void takeOver() {
        successor.serve(Map.of(node.port(), SlotRanges.ALL), Map.of());
        proxy.serve(Map.of(), Map.of(successor.address(), SlotRanges.ALL));
    }
}
