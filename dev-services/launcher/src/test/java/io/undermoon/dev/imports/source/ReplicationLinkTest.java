package io.undermoon.dev.imports.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.dev.imports.wire.Access;
import io.undermoon.metadata.HostPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a link sends, and when. A master of the test's own, as a server cannot be told to be silent at the one moment
 * that matters.
 */
class ReplicationLinkTest {
    private static final String HISTORY = "0123456789012345678901234567890123456789";
    private static final String MARK = "m".repeat(40);

    @TempDir
    private Path directory;

    @Test
    void a_snapshot_that_comes_slowly_is_not_acknowledged_before_it_is_there()
            throws IOException, InterruptedException {
        Listener listener = new Listener();
        try (ServerSocket server = new ServerSocket(0, 2, InetAddress.getLoopbackAddress())) {
            HostPort address = new HostPort("127.0.0.1", server.getLocalPort());
            Access access = new Access(null, null, null, Duration.ofSeconds(5));
            ReplicationLink link = new ReplicationLink(address, access, 0, null, directory, listener);
            Thread thread = new Thread(link, "link");
            thread.start();
            try (Socket questions = server.accept();
                    Socket replica = server.accept()) {
                answer(questions, "COMMAND\r\n", "*0\r\n");
                answer(replica, "psync2\r\n", "+OK\r\n");
                answer(
                        replica,
                        "PSYNC\r\n$1\r\n?\r\n$2\r\n-1\r\n",
                        "+FULLRESYNC " + HISTORY + " 100\r\n$EOF:" + MARK + "\r\nREDIS");
                // A master that gets an acknowledgement may send the stream right behind the mark.
                assertThat(received(replica, 2)).as("signs of life only").isEqualTo("\n\n");
                send(replica, MARK);
                await("it is acknowledged").until(() -> received(replica, 1).equals("*"));
                send(replica, "*1\r\n$4\r\nPING\r\n");
                await().until(() -> listener.heard.contains(new Position(HISTORY, 114, 0).toString()));
                assertThat(listener.heard.get(0)).isEqualTo("snapshot");
            } finally {
                link.close();
                thread.join();
            }
        }
    }

    private static void answer(Socket socket, String awaited, String reply) throws IOException {
        String all = "";
        while (!all.endsWith(awaited)) {
            all += received(socket, 1);
        }
        send(socket, reply);
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String received(Socket socket, int length) throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (bytes.size() < length) {
            bytes.write(in.read());
        }
        return bytes.toString(StandardCharsets.US_ASCII);
    }

    /** Notes what it is told. */
    private static final class Listener implements Follower {
        private final List<String> heard = new CopyOnWriteArrayList<>();

        @Override
        public void snapshot(HostPort master, Spool spool) {
            heard.add("snapshot");
        }

        @Override
        public void changed(HostPort master, List<byte[]> keys, Position position) {
            heard.add(position.toString());
        }

        @Override
        public void everythingChanged(HostPort master, String command) {}

        @Override
        public void functionsChanged(HostPort master) {}

        @Override
        public void lost(HostPort master, String reason) {
            heard.add(reason);
        }

        @Override
        public void failed(HostPort master, Exception reason) {
            heard.add(String.valueOf(reason.getMessage()));
        }
    }
}
