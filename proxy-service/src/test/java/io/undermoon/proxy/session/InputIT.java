package io.undermoon.proxy.session;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.proxy.testing.OpensResources;
import io.undermoon.proxy.testing.ProxyHarness;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What becomes of input that ends, that is empty, or that is not RESP. */
class InputIT extends OpensResources {
    private final RedisServerProcess redis = opened(RedisServerProcess.start());
    private final ProxyHarness proxy = opened(ProxyHarness.start());

    InputIT() {
        proxy.serveAllFrom(redis.port());
    }

    @Test
    void commands_that_have_arrived_are_executed_after_a_half_close() throws IOException {
        int count = 500;
        String replies = answerTo("INCR counter\r\n".repeat(count) + "INCR cut off");

        assertThat(replies.lines()).hasSize(count).endsWith(":" + count);
        assertThat(text(opened(redis.connect()).call("GET", "counter"))).isEqualTo("" + count);
    }

    @Test
    void a_client_that_has_left_does_not_block() throws IOException {
        RespConnection direct = opened(redis.connect());

        assertThat(answerTo("PING\r\nBLPOP list 0\r\nRPUSH list x\r\n")).isIn("", "+PONG\r\n");
        await().until(() -> text(direct.call("INFO", "clients")).contains("blocked_clients:0"));
        assertThat(text(direct.call("RPUSH", "list", "y"))).isEqualTo("1");
        assertThat(text(direct.call("LLEN", "list"))).isEqualTo("1");
    }

    @Test
    void a_half_close_without_commands_closes_the_connection() throws IOException {
        assertThat(answerTo("")).isEmpty();
    }

    @Test
    void empty_lines_are_skipped() throws IOException {
        assertThat(answerTo("\r\n".repeat(200_000) + "PING\r\n")).isEqualTo("+PONG\r\n");
    }

    @Test
    void a_web_page_cannot_send_commands() throws IOException {
        String page = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nSET key attacked\r\n";

        assertThat(answerTo("PING\r\n" + page)).isEqualTo("+PONG\r\n");
        assertThat(answerTo(page.substring(page.indexOf("Host:")))).isEmpty();
        assertThat(text(opened(redis.connect()).call("EXISTS", "key"))).isEqualTo("0");
    }

    @Test
    void copies_stay_in_the_database_of_the_cluster() {
        redis.assumeSelectors();
        RespConnection client = opened(RespConnection.to(proxy.port()));
        String denied = "Copying to another database is not allowed in cluster mode";
        client.call("SET", "{k}a", "1");

        assertThat(text(client.call("COPY", "{k}a", "{k}b", "DB", "1"))).contains(denied);
        assertThat(text(client.call("COPY", "{k}a", "{k}b", "REPLACE", "DB", "1")))
                .contains(denied);
        assertThat(text(client.call("COPY", "{k}a", "{k}b", "DB", "0"))).isEqualTo("1");
        client.call("MULTI");
        assertThat(text(client.call("COPY", "{k}a", "{k}b", "DB", "1"))).contains(denied);
        assertThat(text(client.call("EXEC"))).startsWith("EXECABORT");
    }

    /** Everything that the proxy sends until it closes the connection, when no more input follows. */
    private String answerTo(String input) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(input.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
