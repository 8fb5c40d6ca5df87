package io.undermoon.proxy.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.resp.RespValue;
import io.undermoon.testsupport.RespServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** A {@link RespServer} whose script answers with values, for servers that differ from Redis. */
public final class ScriptedRedis implements AutoCloseable {
    private final RespServer server;

    /**
     * @param script gives the reply to a command; the first argument comes in upper case
     */
    public ScriptedRedis(Function<List<String>, RespValue> script) {
        this.server = new RespServer(command -> bytes(script.apply(upperCased(command))));
    }

    public String address() {
        return server.address();
    }

    /** The commands so far, the first argument of each in upper case. */
    public List<List<String>> received() {
        return server.commands().stream().map(ScriptedRedis::upperCased).toList();
    }

    @Override
    public void close() {
        server.close();
    }

    private static List<String> upperCased(List<String> command) {
        List<String> copy = new ArrayList<>(command);
        copy.set(0, command.get(0).toUpperCase(Locale.ROOT));
        return copy;
    }

    private static String bytes(RespValue value) {
        ByteBuf out = Unpooled.buffer();
        value.write(out);
        return out.toString(StandardCharsets.UTF_8);
    }
}
