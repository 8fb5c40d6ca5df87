package io.undermoon.proxy.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.resp.RespLimits;
import io.undermoon.resp.RespReader;
import io.undermoon.resp.RespValue;
import io.undermoon.testsupport.SocketServer;
import java.io.IOException;
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
    private final SocketServer server;
    private final Function<List<String>, RespValue> script;
    private final List<List<String>> received = new CopyOnWriteArrayList<>();

    /**
     * @param script gives the reply to a command; the first argument comes in upper case
     */
    public ScriptedRedis(Function<List<String>, RespValue> script) {
        this.script = script;
        this.server = new SocketServer(this::serve);
    }

    public String address() {
        return server.address();
    }

    /** The commands so far. */
    public List<List<String>> received() {
        return List.copyOf(received);
    }

    @Override
    public void close() {
        server.close();
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
}
