package io.undermoon.proxy.server;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RespConnection;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The event loops that serve clients do nothing but one long task: who operates the cluster does not notice. */
class BusyLoopsIT {
    private static final int THREADS = 2;
    private static final int CLIENTS = 100;

    private final ProxyHarness proxy = ProxyHarness.start(THREADS, settings -> settings);
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        proxy.close();
    }

    @Test
    void control_commands_are_answered_and_new_clients_wait() throws InterruptedException {
        RespConnection known = open();
        assertThat(text(known.call("UMCTL", "GETEPOCH"))).isEqualTo("0");
        CountDownLatch busy = keepLoopsBusy();
        try {
            assertThat(text(known.call("UMCTL", "GETEPOCH"))).isEqualTo("0");
            List<RespConnection> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                RespConnection client = open();
                client.send("PING");
                clients.add(client);
            }
            RespConnection coordinator = open();
            coordinator.sendBytes(Unpooled.copiedBuffer(
                    "*1\r\n$4\r\nPING\r\n*2\r\n$5\r\nUMCTL\r\n$8\r\nGETEPOCH\r\n", StandardCharsets.US_ASCII));
            assertThat(text(coordinator.receive())).isEqualTo("PONG");
            assertThat(text(coordinator.receive())).isEqualTo("0");
            await().until(() -> proxy.stats().get(Counter.CONNECTIONS_WAITING) == CLIENTS);
            assertThat(clients).noneMatch(RespConnection::hasArrived);

            busy.countDown();
            clients.forEach(client -> assertThat(text(client.receive())).isEqualTo("PONG"));
            await().until(() -> proxy.stats().get(Counter.CONNECTIONS_WAITING) == 0);
        } finally {
            busy.countDown();
        }
    }

    @Test
    void a_client_that_leaves_while_it_waits_is_forgotten() throws Exception {
        CountDownLatch busy = keepLoopsBusy();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                RespConnection client = open();
                client.send("PING");
            }
            await().until(() -> proxy.stats().get(Counter.CONNECTIONS_WAITING) == CLIENTS);
            for (AutoCloseable each : open) {
                each.close();
            }
        } finally {
            busy.countDown();
        }
        await().until(() -> proxy.stats().get(Counter.CONNECTIONS_WAITING) == 0);
        await().until(() -> proxy.stats().get(Counter.CONNECTIONS_OPEN) == 0);
    }

    @Test
    void commands_of_both_kinds_on_one_connection_are_answered_in_order() {
        RespConnection operator = open();
        StringBuilder commands = new StringBuilder();
        for (int i = 0; i < CLIENTS; i++) {
            commands.append("UMCTL GETEPOCH\r\nECHO ").append(i).append("\r\nUMCTL INFO\r\n");
        }
        operator.sendBytes(Unpooled.copiedBuffer(commands, StandardCharsets.US_ASCII));
        for (int i = 0; i < CLIENTS; i++) {
            assertThat(text(operator.receive())).isEqualTo("0");
            assertThat(text(operator.receive())).isEqualTo(Integer.toString(i));
            assertThat(text(operator.receive())).contains("epoch");
        }
    }

    /** What is left to be read when the client ends its side is read on the loop that the connection goes to. */
    @Test
    void who_sends_much_and_ends_its_side_at_once_gets_all_replies() throws IOException {
        int commands = 50_000;
        byte[] ping = "*1\r\n$4\r\nPING\r\n".repeat(commands).getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 20; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
                Thread sender = new Thread(() -> {
                    try {
                        socket.getOutputStream().write(ping);
                        socket.shutdownOutput();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
                sender.start();
                byte[] replies = new byte["+PONG\r\n".length() * commands];
                new DataInputStream(socket.getInputStream()).readFully(replies);
                assertThat(new String(replies, StandardCharsets.US_ASCII)).isEqualTo("+PONG\r\n".repeat(commands));
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    private RespConnection open() {
        RespConnection connection = RespConnection.to(proxy.port());
        open.add(connection);
        return connection;
    }

    private CountDownLatch keepLoopsBusy() throws InterruptedException {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(THREADS);
        proxy.connections()
                .forEach(each -> each.loop().execute(() -> {
                    begun.countDown();
                    try {
                        busy.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }));
        begun.await();
        return busy;
    }
}
