package io.undermoon.dev.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What the clients of one run send, encoded before the run: a number of different bursts of {@code pipeline} commands,
 * taken in turn. The caller closes it and owns the buffers that {@link #next} returns. One thread at a time.
 */
final class Requests implements AutoCloseable {
    private static final int MAX_BYTES = 16 << 20;
    private static final int MAX_BURSTS = 4096;
    private static final int MIN_BURSTS = 2;
    private static final long SEED = 20_210_901;

    private final List<ByteBuf> bursts = new ArrayList<>();
    private int next;

    Requests(Cell cell) {
        SplittableRandom random = new SplittableRandom(SEED);
        String value = cell.value();
        int bytes = 0;
        int number = 0;
        while (bursts.size() < MIN_BURSTS || (bursts.size() < MAX_BURSTS && bytes < MAX_BYTES)) {
            ByteBuf burst = Unpooled.directBuffer();
            for (int i = 0; i < cell.pipeline(); i++) {
                int key = random.nextInt(cell.keys());
                encode(cell.workload().command(number++, key, cell.keys(), value), burst);
            }
            bytes += burst.readableBytes();
            bursts.add(burst);
        }
    }

    /** The next burst; to be released by the caller. */
    ByteBuf next() {
        ByteBuf burst = bursts.get(next);
        next = next + 1 == bursts.size() ? 0 : next + 1;
        return burst.retainedDuplicate();
    }

    static void encode(List<String> command, ByteBuf out) {
        out.writeCharSequence("*" + command.size() + "\r\n", StandardCharsets.US_ASCII);
        for (String argument : command) {
            out.writeCharSequence("$" + argument.length() + "\r\n" + argument + "\r\n", StandardCharsets.US_ASCII);
        }
    }

    @Override
    public void close() {
        bursts.forEach(ByteBuf::release);
        bursts.clear();
    }
}
