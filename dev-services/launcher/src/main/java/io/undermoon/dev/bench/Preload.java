package io.undermoon.dev.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.dev.plan.LaunchException;
import java.io.IOException;
import java.net.Socket;
import java.util.List;

/** Stores through a target what the commands of a cell read, so that every GET finds a value of the right size. */
final class Preload {
    private static final int BURST = 100;
    private static final int TIMEOUT_MILLIS = 10_000;

    private Preload() {}

    /** @throws LaunchException if the target cannot be reached or refuses a command */
    static void run(LoadTarget target, Cell cell) {
        List<List<String>> commands = Workload.stored(cell.keys(), cell.value());
        try (Socket socket =
                new Socket(target.address().host(), target.address().port())) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            ReplyCounter counter = new ReplyCounter();
            for (int from = 0; from < commands.size(); from += BURST) {
                List<List<String>> burst = commands.subList(from, Math.min(commands.size(), from + BURST));
                send(socket, burst);
                counter.await(socket.getInputStream(), burst.size());
            }
            if (counter.errors() > 0) {
                throw new IOException(counter.firstError());
            }
        } catch (IOException e) {
            throw new LaunchException("cannot store values through " + target.name() + ": " + e.getMessage(), e);
        }
    }

    private static void send(Socket socket, List<List<String>> commands) throws IOException {
        ByteBuf out = Unpooled.buffer();
        commands.forEach(command -> Requests.encode(command, out));
        out.readBytes(socket.getOutputStream(), out.readableBytes());
    }
}
