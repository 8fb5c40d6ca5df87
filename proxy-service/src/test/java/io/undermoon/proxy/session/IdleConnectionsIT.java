package io.undermoon.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.undermoon.proxy.stats.Counter;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a client costs that has sent a command and is silent since. The client's own side is counted with it. */
class IdleConnectionsIT {
    private static final int CONNECTIONS = 4000;
    private static final long MAX_BYTES_EACH = 10 << 10;

    private static final byte[] COMMAND = "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n".getBytes(StandardCharsets.US_ASCII);

    @Test
    void an_idle_connection_costs_little() throws IOException {
        try (RedisServerProcess redis = RedisServerProcess.start();
                ProxyHarness proxy = ProxyHarness.start()) {
            proxy.serveAllFrom(redis.port());
            List<SocketChannel> clients = new ArrayList<>();
            try {
                connect(proxy, clients, 200);
                long before = used();
                connect(proxy, clients, CONNECTIONS);
                await().atMost(30, TimeUnit.SECONDS)
                        .until(() -> proxy.stats().get(Counter.CONNECTIONS_OPEN) == clients.size());
                long each = (used() - before) / CONNECTIONS;
                System.out.println("bytes of heap and buffers for each idle connection: " + each);
                assertThat(each).isLessThan(MAX_BYTES_EACH);
            } finally {
                for (SocketChannel client : clients) {
                    client.close();
                }
            }
        }
    }

    private static void connect(ProxyHarness proxy, List<SocketChannel> clients, int count) throws IOException {
        ByteBuffer reply = ByteBuffer.allocateDirect(5);
        for (int i = 0; i < count; i++) {
            SocketChannel client =
                    SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port()));
            clients.add(client);
            client.write(ByteBuffer.wrap(COMMAND));
            reply.clear();
            while (reply.hasRemaining() && client.read(reply) >= 0) {
                // Reads on until the reply is whole.
                continue;
            }
        }
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory()
                - runtime.freeMemory()
                + PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }
}
