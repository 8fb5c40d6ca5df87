package io.undermoon.broker.history;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A {@link HistoryBroker} as a process that can be killed, paused and started again. */
final class BrokerProcess implements AutoCloseable {
    /** A request that a paused broker has not answered by then counts as one without a reply. */
    private static final Duration REPLY_LIMIT = Duration.ofSeconds(8);

    private final List<String> arguments;
    private final Path log;
    private Process process;
    private volatile int port;

    BrokerProcess(List<String> arguments, Path log) throws IOException {
        this.arguments = arguments;
        this.log = log;
        this.process = run();
    }

    /** A connection of one client. */
    final class Connection implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader replies;

        private Connection() throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout((int) REPLY_LIMIT.toMillis());
            replies = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        }

        Operation send(Operation.Kind kind, int object) {
            long start = System.nanoTime();
            try {
                socket.getOutputStream().write((kind + " " + object + "\n").getBytes(StandardCharsets.US_ASCII));
                String reply = replies.readLine();
                if (reply != null) {
                    String[] words = reply.split(" ", -1);
                    Operation.Result result = Operation.Result.valueOf(words[0]);
                    return new Operation(kind, object, start, System.nanoTime(), result, Long.parseLong(words[1]));
                }
            } catch (IOException e) {
                // The broker was killed, or is paused for long.
            }
            return new Operation(kind, object, start, Long.MAX_VALUE, Operation.Result.UNKNOWN, -1);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** @throws IOException if the broker does not run or is not ready */
    Connection connect() throws IOException {
        if (port == 0) {
            throw new IOException("not ready");
        }
        return new Connection();
    }

    void kill() throws InterruptedException {
        port = 0;
        process.destroyForcibly().waitFor();
    }

    void restart() throws IOException {
        process = run();
    }

    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    private Process run() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                HistoryBroker.class.getName()));
        command.addAll(arguments);
        Process started = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        Thread reader = new Thread(() -> readPort(started), "broker-output");
        reader.setDaemon(true);
        reader.start();
        return started;
    }

    /** Reads the output until the process ends. */
    private void readPort(Process started) {
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.US_ASCII))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(HistoryBroker.READY) && started.isAlive()) {
                    port = Integer.parseInt(line.substring(HistoryBroker.READY.length()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "broker " + process.pid() + File.separator + log.getFileName();
    }
}
