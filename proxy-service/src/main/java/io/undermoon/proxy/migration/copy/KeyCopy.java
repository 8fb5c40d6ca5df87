package io.undermoon.proxy.migration.copy;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.DirectConnection;
import io.undermoon.proxy.backend.OutputBatch;
import io.undermoon.proxy.backend.ReplyReceiver;
import io.undermoon.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The copy of one key from the source to the destination. The value is forwarded in the pieces in which it arrives: the
 * reply to {@code DUMP} is, byte for byte, the argument of {@code RESTORE}, and that to {@code GET} the one of
 * {@code SET}.
 *
 * <pre>
 * source:       MEMORY USAGE key    PEXPIRETIME key, DUMP key
 * destination:                                              RESTORE key at value REPLACE ABSTTL, or UNLINK key
 *
 * source:       GET key                  if that is refused, DUMP key as above
 * destination:           SET key value, or UNLINK key
 * </pre>
 *
 * A key that is known not to expire is not asked for {@code PEXPIRETIME}; if it is probably a string as well, it is
 * copied by {@code GET} and {@code SET}, which cost the nodes less than serialized values do. Owned by the migration
 * event loop.
 */
final class KeyCopy implements ReplyReceiver {
    private static final byte[] MEMORY = ascii("*3\r\n$6\r\nMEMORY\r\n$5\r\nUSAGE\r\n");
    private static final byte[] PEXPIRETIME = ascii("*2\r\n$11\r\nPEXPIRETIME\r\n");
    private static final byte[] PTTL = ascii("*2\r\n$4\r\nPTTL\r\n");
    private static final byte[] DUMP = ascii("*2\r\n$4\r\nDUMP\r\n");
    private static final byte[] GET = ascii("*2\r\n$3\r\nGET\r\n");
    private static final byte[] SET = ascii("*3\r\n$3\r\nSET\r\n");
    private static final byte[] RESTORE = ascii("*6\r\n$7\r\nRESTORE\r\n");
    private static final byte[] OPTIONS = ascii("$7\r\nREPLACE\r\n$6\r\nABSTTL\r\n");
    private static final byte[] UNLINK = ascii("*2\r\n$6\r\nUNLINK\r\n");

    private static final String WRONG_TYPE = "-WRONGTYPE ";

    /** The first byte of the serialized form of a string. */
    private static final byte STRING_TYPE = 0;

    private static final int MAX_SHOWN_KEY = 64;

    interface Owner {
        /** {@link #size} is known; it is 0 if the key no longer exists. */
        void sized(KeyCopy copy);

        /**
         * A value begins to arrive; none of it has been forwarded yet.
         *
         * @param length its size in bytes, in the form in which it was requested
         */
        void valueStarted(long length, boolean isString);

        /** Bytes of the value were written to the destination. */
        void forwarded(int bytes);

        /** The destination has the key, or has deleted it, as the source had it. */
        void copied(KeyCopy copy);

        void failed(String reason);
    }

    private enum Stage {
        SIZE,
        EXPIRY,
        VALUE,
        RESULT
    }

    private enum Value {
        UNREAD,
        LENGTH,
        PRESENT,
        ABSENT
    }

    private final Owner owner;
    private final byte[] key;
    private final boolean found;
    private final DirectConnection source;
    private final DirectConnection destination;
    private Stage stage = Stage.SIZE;

    /** Whether the value is requested as that of a string. */
    private boolean asString;

    private Value value = Value.UNREAD;

    private final @Nullable ExpiryTimes expiryTimes;

    private long size;
    private long length;
    private long number;
    private boolean negative;
    private boolean begun;
    private @Nullable StringBuilder error;

    /**
     * @param found whether a scan has found the key; else it has changed
     * @param expiryTimes null if the key has no expiry time, or is copied again if it has got one
     */
    KeyCopy(
            Owner owner,
            byte[] key,
            boolean found,
            DirectConnection source,
            DirectConnection destination,
            @Nullable ExpiryTimes expiryTimes) {
        this.owner = owner;
        this.key = key;
        this.found = found;
        this.source = source;
        this.destination = destination;
        this.expiryTimes = expiryTimes;
    }

    /** Whether a scan has found the key; else it has changed. */
    boolean isFound() {
        return found;
    }

    /** The memory of the key at the source in bytes, as {@code MEMORY USAGE} has it or as assumed. */
    long size() {
        return size;
    }

    /**
     * Requests the value without its size.
     *
     * @param isLikelyString whether the key is probably a string
     */
    void requestValue(long assumedSize, boolean isLikelyString) {
        size = assumedSize;
        asString = isLikelyString && expiryTimes == null;
        requestValue();
    }

    void requestSize() {
        OutputBatch out = source.out();
        if (out != null) {
            write(out.buffer(), MEMORY);
            source.expect(this);
        }
    }

    void requestValue() {
        OutputBatch out = source.out();
        if (out == null) {
            return;
        }
        stage = Stage.VALUE;
        if (expiryTimes != null) {
            stage = Stage.EXPIRY;
            write(out.buffer(), expiryTimes.areAbsolute() ? PEXPIRETIME : PTTL);
            source.expect(this);
        }
        write(out.buffer(), asString ? GET : DUMP);
        source.expect(this);
    }

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        if (error != null || !begun && in.getByte(from) == '-' && value != Value.LENGTH) {
            readError(in, from, to, last);
            return;
        }
        begun = !last;
        switch (stage) {
            case SIZE -> {
                readNumber(in, from, to);
                if (last) {
                    size = Math.max(0, endNumber());
                    owner.sized(this);
                }
            }
            case EXPIRY -> {
                readNumber(in, from, to);
                stage = last ? Stage.VALUE : Stage.EXPIRY;
            }
            case VALUE -> {
                forward(in, from, to);
                if (last) {
                    endValue();
                    stage = Stage.RESULT;
                }
            }
            case RESULT -> {
                if (last) {
                    owner.copied(this);
                }
            }
        }
    }

    /** Parses {@code $<length>}, or {@code $-1} for no value, and forwards the bytes that follow. */
    private void forward(ByteBuf in, int from, int to) {
        int at = from;
        if (value == Value.UNREAD) {
            at++;
            value = Value.LENGTH;
        }
        for (; value == Value.LENGTH && at < to; at++) {
            int c = in.getByte(at);
            if (c == '-' || c == '\r') {
                value = c == '-' ? Value.ABSENT : Value.PRESENT;
                int body = at + 2;
                beginValue(asString || body < to && in.getByte(body) == STRING_TYPE);
                break;
            }
            length = length * 10 + (c - '0');
        }
        OutputBatch out = destination.out();
        if (value == Value.PRESENT && out != null && at < to) {
            out.append(in, at, to);
            owner.forwarded(to - at);
        }
    }

    private void beginValue(boolean isString) {
        if (value == Value.PRESENT) {
            owner.valueStarted(length, isString);
        }
        OutputBatch out = destination.out();
        if (out == null) {
            return;
        }
        ByteBuf buffer = out.buffer();
        if (value == Value.ABSENT) {
            write(buffer, UNLINK);
            destination.expect(this);
        } else if (asString) {
            write(buffer, SET);
            buffer.writeCharSequence("$" + length, StandardCharsets.US_ASCII);
            destination.begin(this);
        } else {
            write(buffer, RESTORE);
            RespWriter.bulk(buffer, expiryTimes == null ? 0 : expiryTimes.atDestination(endNumber()));
            buffer.writeCharSequence("$" + length, StandardCharsets.US_ASCII);
            destination.begin(this);
        }
    }

    private void endValue() {
        OutputBatch out = destination.out();
        if (value == Value.PRESENT && out != null) {
            if (!asString) {
                out.buffer().writeBytes(OPTIONS);
            }
            destination.end();
        }
    }

    private void readNumber(ByteBuf in, int from, int to) {
        for (int i = from; i < to; i++) {
            int c = in.getByte(i);
            if (c == '-') {
                negative = true;
            } else if (c >= '0' && c <= '9') {
                number = number * 10 + (c - '0');
            }
        }
    }

    private long endNumber() {
        long read = negative ? -number : number;
        number = 0;
        negative = false;
        return read;
    }

    private void readError(ByteBuf in, int from, int to, boolean last) {
        if (error == null) {
            error = new StringBuilder();
        }
        error.append(in.toString(from, to - from, StandardCharsets.UTF_8));
        if (last && asString && stage == Stage.VALUE && error.indexOf(WRONG_TYPE) == 0) {
            error = null;
            asString = false;
            requestValue();
        } else if (last) {
            String side =
                    stage == Stage.RESULT ? "destination " + destination.endpoint() : "source " + source.endpoint();
            owner.failed(side + " refused key '" + shownKey() + "' of " + size + " bytes: "
                    + error.substring(1).strip());
        }
    }

    private String shownKey() {
        String text = new String(key, 0, Math.min(key.length, MAX_SHOWN_KEY), StandardCharsets.UTF_8);
        return text.replaceAll("\\p{Cntrl}", "?") + (key.length > MAX_SHOWN_KEY ? "..." : "");
    }

    @Override
    public void fail(BackendFailure failure) {
        owner.failed(failure.message());
    }

    private void write(ByteBuf out, byte[] command) {
        out.writeBytes(command);
        RespWriter.bulk(out, key);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
