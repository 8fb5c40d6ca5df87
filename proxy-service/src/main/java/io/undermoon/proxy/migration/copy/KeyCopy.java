package io.undermoon.proxy.migration.copy;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.backend.BackendFailure;
import io.undermoon.proxy.backend.DirectConnection;
import io.undermoon.proxy.backend.OutputBatch;
import io.undermoon.proxy.backend.ReplyReceiver;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One key on its way from the source to the destination. The value passes through in whatever pieces it arrives: the reply to
 * {@code DUMP} is, byte for byte, the argument of {@code RESTORE}.
 *
 * <pre>
 * source:       MEMORY USAGE key    PEXPIRETIME key, DUMP key
 * destination:                                              RESTORE key at value REPLACE ABSTTL, or UNLINK key
 * </pre>
 *
 * Owned by the migration event loop.
 */
final class KeyCopy implements ReplyReceiver {
    private static final byte[] MEMORY = ascii("*3\r\n$6\r\nMEMORY\r\n$5\r\nUSAGE\r\n");
    private static final byte[] PEXPIRETIME = ascii("*2\r\n$11\r\nPEXPIRETIME\r\n");
    private static final byte[] PTTL = ascii("*2\r\n$4\r\nPTTL\r\n");
    private static final byte[] DUMP = ascii("*2\r\n$4\r\nDUMP\r\n");
    private static final byte[] RESTORE = ascii("*6\r\n$7\r\nRESTORE\r\n");
    private static final byte[] OPTIONS = ascii("$7\r\nREPLACE\r\n$6\r\nABSTTL\r\n");
    private static final byte[] UNLINK = ascii("*2\r\n$6\r\nUNLINK\r\n");

    private static final int MAX_SHOWN_KEY = 64;

    /** Who is told how it goes. */
    interface Owner {
        /** How much memory the key takes at the source is known; 0 when it is gone. */
        void sized(KeyCopy copy);

        /** A value of so many bytes is there; nothing of it was sent yet. */
        void begins(long length);

        /** A part of the value went to the destination. */
        void passed(int bytes);

        /** The destination has the key as the source had it. */
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
        UNSEEN,
        HALF_SEEN,
        PRESENT,
        ABSENT
    }

    private final Owner owner;
    private final byte[] key;
    private final DirectConnection source;
    private final DirectConnection destination;
    private Stage stage = Stage.SIZE;
    private Value value = Value.UNSEEN;

    /** Whether the source tells when a key expires, not only how long it still lives. */
    private final boolean knowsTime;

    private long size;
    private long length;
    private long number;
    private boolean negative;
    private boolean begun;
    private @Nullable StringBuilder error;

    KeyCopy(Owner owner, byte[] key, DirectConnection source, DirectConnection destination, boolean knowsTime) {
        this.owner = owner;
        this.key = key;
        this.source = source;
        this.destination = destination;
        this.knowsTime = knowsTime;
    }

    /** About how many bytes of memory the key takes, as far as that was asked or is assumed. */
    long size() {
        return size;
    }

    /** Asks for the value without knowing its size. */
    void askValue(long assumedSize) {
        size = assumedSize;
        stage = Stage.EXPIRY;
        askValue();
    }

    void askSize() {
        OutputBatch out = source.out();
        if (out != null) {
            write(out.buffer(), MEMORY);
            source.expect(this);
        }
    }

    void askValue() {
        OutputBatch out = source.out();
        if (out != null) {
            write(out.buffer(), knowsTime ? PEXPIRETIME : PTTL);
            write(out.buffer(), DUMP);
            source.expect(this);
            source.expect(this);
        }
    }

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        if (error != null || !begun && in.getByte(from) == '-' && value != Value.HALF_SEEN) {
            readError(in, from, to, last);
            return;
        }
        begun = !last;
        switch (stage) {
            case SIZE -> {
                readNumber(in, from, to);
                if (last) {
                    size = Math.max(0, endNumber());
                    stage = Stage.EXPIRY;
                    owner.sized(this);
                }
            }
            case EXPIRY -> {
                readNumber(in, from, to);
                stage = last ? Stage.VALUE : Stage.EXPIRY;
            }
            case VALUE -> {
                pass(in, from, to);
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

    /** {@code $<length>} begins a value, {@code $-1} says that there is none; the bytes may come one by one. */
    private void pass(ByteBuf in, int from, int to) {
        int at = from;
        if (value == Value.UNSEEN) {
            at++;
            value = Value.HALF_SEEN;
        }
        for (; value == Value.HALF_SEEN && at < to; at++) {
            int c = in.getByte(at);
            if (c == '-' || c == '\r') {
                value = c == '-' ? Value.ABSENT : Value.PRESENT;
                begin();
                break;
            }
            length = length * 10 + (c - '0');
        }
        OutputBatch out = destination.out();
        if (value == Value.PRESENT && out != null && at < to) {
            out.append(in, at, to);
            owner.passed(to - at);
        }
    }

    private void begin() {
        if (value == Value.PRESENT) {
            owner.begins(length);
        }
        OutputBatch out = destination.out();
        if (out == null) {
            return;
        }
        ByteBuf buffer = out.buffer();
        if (value == Value.ABSENT) {
            write(buffer, UNLINK);
            destination.expect(this);
        } else {
            write(buffer, RESTORE);
            String expiry = Long.toString(expiry());
            buffer.writeCharSequence(
                    "$" + expiry.length() + "\r\n" + expiry + "\r\n$" + length, StandardCharsets.US_ASCII);
            destination.begin(this);
        }
    }

    private void endValue() {
        OutputBatch out = destination.out();
        if (value == Value.PRESENT && out != null) {
            out.buffer().writeBytes(OPTIONS);
            destination.end();
        }
    }

    /** When the key expires, in milliseconds since 1970; 0 for never. */
    private long expiry() {
        long time = endNumber();
        if (time < 0) {
            return 0;
        }
        return knowsTime ? time : System.currentTimeMillis() + time;
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
        if (last) {
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
        out.writeCharSequence("$" + key.length + "\r\n", StandardCharsets.US_ASCII);
        out.writeBytes(key).writeByte('\r').writeByte('\n');
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
