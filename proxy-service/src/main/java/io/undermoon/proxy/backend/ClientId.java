package io.undermoon.proxy.backend;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** Under which id a backend knows a connection: asked on the connection itself before anything else. Owned by its loop. */
final class ClientId implements ReplyReceiver {
    /** The backend does not tell, or cannot be reached; ids begin with 1. */
    static final long UNKNOWN = 0;

    private static final byte[] QUESTION = "*2\r\n$6\r\nCLIENT\r\n$2\r\nID\r\n".getBytes(StandardCharsets.US_ASCII);

    private final List<LongConsumer> waiting = new ArrayList<>();
    private boolean begun;
    private boolean isNumber;
    private boolean known;
    private long id;

    static void writeQuestion(ByteBuf out) {
        out.writeBytes(QUESTION);
    }

    /** Calls back with the id or {@link #UNKNOWN}, at once if the answer is there. */
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
