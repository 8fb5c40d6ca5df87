package io.undermoon.coordinator.resp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/** Writes RESP2 values; {@link RespDecoder} reads them. */
public final class RespWriter {
    private static final int CRLF = '\r' << 8 | '\n';

    private RespWriter() {}

    /** Appends a value. Line breaks within simple strings and errors, which the protocol cannot carry, become spaces. */
    public static void write(RespValue value, ByteBuf out) {
        if (value instanceof RespValue.Simple simple) {
            line('+', simple.text(), out);
        } else if (value instanceof RespValue.Failure failure) {
            line('-', failure.message(), out);
        } else if (value instanceof RespValue.Int number) {
            line(':', Long.toString(number.value()), out);
        } else if (value instanceof RespValue.Bulk bulk) {
            line('$', Integer.toString(ByteBufUtil.utf8Bytes(bulk.text())), out);
            out.writeCharSequence(bulk.text(), StandardCharsets.UTF_8);
            out.writeShort(CRLF);
        } else if (value instanceof RespValue.Array array) {
            line('*', Integer.toString(array.elements().size()), out);
            array.elements().forEach(element -> write(element, out));
        } else {
            line('$', "-1", out);
        }
    }

    private static void line(char type, String text, ByteBuf out) {
        out.writeByte(type);
        out.writeCharSequence(text.replace('\r', ' ').replace('\n', ' '), StandardCharsets.UTF_8);
        out.writeShort(CRLF);
    }
}
