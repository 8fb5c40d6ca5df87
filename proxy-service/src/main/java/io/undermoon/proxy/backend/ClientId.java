package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** The id of a connection at its backend: the reply to {@code CLIENT ID}, its first command. Owned by its loop. */
final class ClientId implements ReplyReceiver {
    /** The backend refuses the command, or cannot be reached; ids begin with 1. */
    static final long UNKNOWN = 0;

    private static final byte[] COMMAND = "*2\r\n$6\r\nCLIENT\r\n$2\r\nID\r\n".getBytes(StandardCharsets.US_ASCII);

    private final List<LongConsumer> waiting = new ArrayList<>();
    private boolean begun;
    private boolean isNumber;
    private boolean known;
    private long id;

    static void writeCommand(ByteBuf out) {
        out.writeBytes(COMMAND);
    }

    /** Calls back with the id or {@link #UNKNOWN} when the reply has arrived, at once if it has. */
    void whenKnown(LongConsumer action) {
        if (known) {
            action.accept(id);
        } else {
            waiting.add(action);
        }
    }

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        if (!begun) {
            begun = true;
            isNumber = in.getByte(from) == ':';
        }
        for (int i = from; i < to && isNumber; i++) {
            int digit = in.getByte(i) - '0';
            if (digit >= 0 && digit <= 9) {
                id = id * 10 + digit;
            }
        }
        if (last) {
            end();
        }
    }

    @Override
    public void fail(BackendFailure failure) {
        id = UNKNOWN;
        end();
    }

    private void end() {
        known = true;
        List<LongConsumer> told = List.copyOf(waiting);
        waiting.clear();
        told.forEach(action -> action.accept(id));
    }
}
