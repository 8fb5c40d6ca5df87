package io.undermoon.proxy.compression;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.proxy.compression.ValueCodec.ValueTooLargeException;
import io.undermoon.proxy.frame.ReplyScanner;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A receiver that passes a reply on with plain values. A reply that begins as a single plain value is streamed; others
 * are collected on the heap and passed on when complete. For one reply; owned by one event loop.
 */
final class PlainReply implements ReplyReceiver {
    /** The limit in bytes of a collected reply, before and after its values are made plain. */
    private static final int MAX_BYTES = 256 << 20;

    private static final BackendFailure TOO_LARGE =
            new BackendFailure("ERR a reply that may have compressed values is larger than " + MAX_BYTES + " bytes");

    private final ValueCodec codec;
    private final @Nullable BitSet elements;
    private final ReplyReceiver receiver;
    private final ReplyScanner scanner = new ReplyScanner();
    private final ByteBuf out = Unpooled.buffer(0);
    private @Nullable ByteBuf collected;
    private long plainBytes;
    private boolean passing;
    private boolean failed;

    /**
     * @param elements the elements of the reply, an array, that may have compressed values; null for the whole reply
     */
    PlainReply(ValueCodec codec, @Nullable BitSet elements, ReplyReceiver receiver) {
        this.codec = codec;
        this.elements = elements;
        this.receiver = receiver;
    }

    @Override
    public void fail(BackendFailure failure) {
        if (!failed) {
            failed = true;
            receiver.fail(failure);
        }
    }

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        if (failed) {
            return;
        }
        if (passing) {
            receiver.reply(in, from, to, last);
            return;
        }
        ByteBuf before = collected;
        if (before == null && (last || isPlain(in, from, to))) {
            passOn(in, from, to, last);
            return;
        }
        ByteBuf all = before == null ? Unpooled.buffer(to - from) : before;
        collected = all;
        if (all.readableBytes() + (to - from) > MAX_BYTES) {
            fail(TOO_LARGE);
            return;
        }
        all.writeBytes(in, from, to - from);
        if (last || isPlain(all, 0, all.writerIndex())) {
            passOn(all, 0, all.writerIndex(), last);
        }
    }

    private void passOn(ByteBuf in, int from, int to, boolean last) {
        collected = null;
        if (isPlain(in, from, to)) {
            passing = true;
            receiver.reply(in, from, to, last);
            return;
        }
        try {
            copyReply(in, from, to);
        } catch (ValueTooLargeException e) {
            fail(new BackendFailure(String.valueOf(e.getMessage())));
            return;
        }
        receiver.reply(out, 0, out.writerIndex(), true);
    }

    /** Whether the reply with this beginning has no compressed value; false if that is unknown. */
    private static boolean isPlain(ByteBuf in, int from, int to) {
        byte type = in.getByte(from);
        if (isAggregate(type)) {
            return false;
        }
        if (type != '$') {
            return true;
        }
        int body = bodyOf(in, from, to);
        if (body < 0) {
            return false;
        }
        int length = number(in, from + 1);
        return length < Integer.BYTES || to - body >= Integer.BYTES && !ValueCodec.isFrame(in, body, length);
    }

    private static boolean isAggregate(byte type) {
        return type == '*' || type == '~' || type == '%' || type == '>';
    }

    private void copyReply(ByteBuf in, int from, int to) throws ValueTooLargeException {
        if (!isAggregate(in.getByte(from))) {
            copyValue(in, from, to);
            return;
        }
        int at = copyHeader(in, from, to);
        for (int i = 0; at < to; i++) {
            int next = scanner.scan(in, at, to);
            if (elements != null && !elements.get(i)) {
                out.writeBytes(in, at, next - at);
            } else if (isAggregate(in.getByte(at))) {
                copyValues(in, at, next);
            } else {
                copyValue(in, at, next);
            }
            at = next;
        }
    }

    /** An aggregate of values. */
    private void copyValues(ByteBuf in, int from, int to) throws ValueTooLargeException {
        int at = copyHeader(in, from, to);
        while (at < to) {
            int next = scanner.scan(in, at, to);
            copyValue(in, at, next);
            at = next;
        }
    }

    private int copyHeader(ByteBuf in, int from, int to) {
        int body = bodyOf(in, from, to);
        out.writeBytes(in, from, body - from);
        return body;
    }

    private void copyValue(ByteBuf in, int from, int to) throws ValueTooLargeException {
        if (in.getByte(from) == '$') {
            int body = bodyOf(in, from, to);
            int length = number(in, from + 1);
            byte[] value =
                    ValueCodec.isFrame(in, body, length) ? codec.value(in, body, length, MAX_BYTES - plainBytes) : null;
            if (value != null) {
                plainBytes += value.length;
                ByteBufUtil.writeAscii(out, "$" + value.length + "\r\n");
                out.writeBytes(value).writeByte('\r').writeByte('\n');
                return;
            }
        }
        out.writeBytes(in, from, to - from);
    }

    /** The end of the line that begins a value; -1 if it is incomplete. */
    private static int bodyOf(ByteBuf in, int from, int to) {
        int newline = in.indexOf(from, to, (byte) '\n');
        return newline < 0 ? -1 : newline + 1;
    }

    /** The length in a header; negative for null. */
    private static int number(ByteBuf in, int from) {
        if (in.getByte(from) == '-') {
            return -1;
        }
        int number = 0;
        for (int i = from; in.getByte(i) != '\r'; i++) {
            number = number * 10 + (in.getByte(i) - '0');
        }
        return number;
    }
}
