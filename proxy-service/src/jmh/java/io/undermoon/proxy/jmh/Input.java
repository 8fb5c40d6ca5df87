package io.undermoon.proxy.jmh;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** What a socket would have brought. */
final class Input {
    /** How many commands or replies one input holds: a pipeline of {@code redis-benchmark -P 16}. */
    static final int PIPELINE = 16;

    private Input() {}

    /** A direct buffer with this text {@value #PIPELINE} times. */
    static ByteBuf of(String text) {
        ByteBuf in = PooledByteBufAllocator.DEFAULT.directBuffer();
        for (int i = 0; i < PIPELINE; i++) {
            in.writeCharSequence(text, StandardCharsets.US_ASCII);
        }
        return in;
    }

    static String command(String... arguments) {
        StringBuilder out = new StringBuilder("*" + arguments.length + "\r\n");
        for (String argument : arguments) {
            out.append(bulk(argument));
        }
        return out.toString();
    }

    static String bulk(String text) {
        return "$" + text.length() + "\r\n" + text + "\r\n";
    }
}
