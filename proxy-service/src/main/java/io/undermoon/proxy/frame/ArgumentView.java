package io.undermoon.proxy.frame;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** The bytes of an argument as characters of ISO 8859-1, without a copy. Valid as long as its frame is. */
record ArgumentView(ByteBuf buffer, int start, int length) implements CharSequence {
    @Override
    public char charAt(int index) {
        return (char) (buffer.getByte(start + index) & 0xff);
    }

    @Override
    public CharSequence subSequence(int from, int to) {
        return new ArgumentView(buffer, start + from, to - from);
    }

    @Override
    public String toString() {
        return buffer.toString(start, length, StandardCharsets.ISO_8859_1);
    }
}
