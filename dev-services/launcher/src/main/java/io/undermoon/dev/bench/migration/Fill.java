package io.undermoon.dev.bench.migration;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.dev.bench.ReplyCounter;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.net.Socket;

/** Stores all keys of a set directly in a Redis, pipelined. */
final class Fill {
    private static final int BURST = 500;
    private static final int TIMEOUT_MILLIS = 60_000;

    private Fill() {}

    /** @throws LaunchException if it cannot be reached or refuses a command */
    static void run(HostPort redis, KeySet keys, byte[] value) {
        try (Socket socket = new Socket(redis.host(), redis.port())) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            ReplyCounter counter = new ReplyCounter();
            byte[] key = new byte[KeySet.KEY_BYTES];
            ByteBuf out = Unpooled.buffer();
            for (int from = 0; from < keys.size(); from += BURST) {
                int to = Math.min(keys.size(), from + BURST);
                for (int i = from; i < to; i++) {
                    KeySet.set(out, keys.get(i, key), value);
                }
                out.readBytes(socket.getOutputStream(), out.readableBytes());
                out.clear();
                counter.await(socket.getInputStream(), to - from);
                if (counter.errors() > 0) {
                    throw new IOException(counter.firstError());
                }
            }
        } catch (IOException e) {
            throw new LaunchException("cannot fill " + redis + ": " + e.getMessage(), e);
        }
    }
}
