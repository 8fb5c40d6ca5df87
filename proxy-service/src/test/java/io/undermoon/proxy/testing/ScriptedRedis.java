package io.undermoon.proxy.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.resp.RespLimits;
import io.undermoon.resp.RespReader;
import io.undermoon.resp.RespValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * A server on a free port that answers as a test says: stands for servers that differ from Redis, which has no process to
 * start here. Keeps the commands it was sent.
 */
public final class ScriptedRedis implements AutoCloseable {
    private final ServerSocket listener;
    private final Function<List<String>, RespValue> script;
    private final List<List<String>> received = new CopyOnWriteArrayList<>();
    private final List<Socket> connections = new CopyOnWriteArrayList<>();

    /**
     * @param script gives the reply to a command; the first argument comes in upper case
     */
    public ScriptedRedis(Function<List<String>, RespValue> script) {
        this.script = script;
        try {
            listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run(this::accept);
    }

    public String address() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /** The commands so far. */
    public List<List<String>> received() {
        return List.copyOf(received);
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket connection : connections) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() throws IOException {
        while (true) {
            Socket connection = listener.accept();
            connections.add(connection);
            run(() -> serve(connection));
        }
    }

    private void serve(Socket connection) throws IOException {
        RespReader reader = new RespReader(RespLimits.CONTROL);
        ByteBuf in = Unpooled.buffer();
        while (in.writeBytes(connection.getInputStream(), 4096) >= 0) {
            for (RespValue command = reader.read(in); command != null; command = reader.read(in)) {
                ByteBuf out = Unpooled.buffer();
                answer((RespValue.Array) command).write(out);
                out.readBytes(connection.getOutputStream(), out.readableBytes());
            }
        }
    }

    private RespValue answer(RespValue.Array array) {
        List<String> command = new ArrayList<>();
        array.items().forEach(item -> command.add(((RespValue.Bulk) item).text()));
        command.set(0, command.get(0).toUpperCase(Locale.ROOT));
        received.add(command);
        return script.apply(command);
    }

    private interface Work {
        void run() throws IOException;
    }

    /** Ends when the sockets are closed. */
    private void run(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        if (!listener.isClosed()) {
                            throw new UncheckedIOException(e);
                        }
                    }
                },
                "scripted-redis");
        thread.setDaemon(true);
        thread.start();
    }
}
