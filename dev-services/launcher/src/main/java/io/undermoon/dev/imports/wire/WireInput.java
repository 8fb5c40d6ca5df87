package io.undermoon.dev.imports.wire;

import io.undermoon.resp.RespValue;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a server sends: replies, and after {@code PSYNC} a snapshot and commands. Counts the bytes that were taken,
 * which is how offsets of replication are known. Not thread-safe.
 */
public final class WireInput {
    /** Stands for an argument of a command that is longer than any key is expected to be. */
    public static final byte[] TOO_LONG = new byte[0];

    private static final int MAX_KEPT_ARGUMENT = 1 << 20;
    private static final int MAX_LINE = 64 << 10;
    private static final int MAX_BULK = 512 << 20;
    private static final int MAX_ELEMENTS = 16 << 20;

    /** Called whenever a second has passed without data; may throw to give up. */
    public interface Idle {
        void run() throws IOException;
    }

    private final InputStream in;
    private final byte[] buffer = new byte[64 << 10];
    private int position;
    private int limit;
    private long consumed;
    private Idle idle = () -> {
        throw new SocketTimeoutException("no reply in time");
    };

    WireInput(InputStream in) {
        this.in = in;
    }

    /** What is done when the timeout of the socket passes, instead of failing. */
    public void whenIdle(Idle action) {
        idle = action;
    }

    /** The bytes that were taken since the connection was opened. */
    public long consumed() {
        return consumed;
    }

    /** Whether bytes are there that can be taken without waiting for the network. */
    public boolean hasBuffered() {
        return position < limit;
    }

    private void fill() throws IOException {
        position = 0;
        limit = 0;
        while (true) {
            try {
                int read = in.read(buffer, 0, buffer.length);
                if (read < 0) {
                    throw new EOFException("closed by the other side");
                }
                limit = read;
                return;
            } catch (SocketTimeoutException e) {
                idle.run();
            }
        }
    }

    private int next() throws IOException {
        if (position == limit) {
            fill();
        }
        consumed++;
        return buffer[position++] & 0xff;
    }

    /** Some bytes, at least one and at most {@code length}. */
    public int some(byte[] target, int from, int length) throws IOException {
        if (position == limit) {
            fill();
        }
        int taken = Math.min(length, limit - position);
        System.arraycopy(buffer, position, target, from, taken);
        position += taken;
        consumed += taken;
        return taken;
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = new byte[length];
        for (int done = 0; done < length; ) {
            done += some(bytes, done, length - done);
        }
        return bytes;
    }

    private void skip(long length) throws IOException {
        for (long left = length; left > 0; ) {
            if (position == limit) {
                fill();
            }
            int taken = (int) Math.min(left, limit - position);
            position += taken;
            consumed += taken;
            left -= taken;
        }
    }

    /** A line without its end, which is {@code \r\n}, or {@code \n} where a master shows that it is alive. */
    public String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = next(); c != '\n'; c = next()) {
            line.append((char) c);
            if (line.length() > MAX_LINE) {
                throw new IOException("not the Redis protocol: a line of more than " + MAX_LINE + " bytes");
            }
        }
        int length = line.length();
        if (length > 0 && line.charAt(length - 1) == '\r') {
            line.setLength(length - 1);
        }
        return line.toString();
    }

    /** The next reply in RESP2. */
    public RespValue reply() throws IOException {
        String line = line();
        if (line.isEmpty()) {
            throw new IOException("not the Redis protocol: an empty line");
        }
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> new RespValue.Simple(utf8(rest));
            case '-' -> new RespValue.Failure(utf8(rest));
            case ':' -> new RespValue.Int(number(rest, Long.MIN_VALUE, Long.MAX_VALUE));
            case '$' -> bulk((int) number(rest, -1, MAX_BULK));
            case '*' -> array((int) number(rest, -1, MAX_ELEMENTS));
            default -> throw new IOException("not the Redis protocol: a line that begins with " + line.charAt(0));
        };
    }

    private RespValue bulk(int length) throws IOException {
        if (length < 0) {
            return RespValue.Null.BULK;
        }
        byte[] bytes = exactly(length);
        end();
        return new RespValue.Bulk(bytes);
    }

    private RespValue array(int size) throws IOException {
        if (size < 0) {
            return RespValue.Null.ARRAY;
        }
        List<RespValue> items = new ArrayList<>(Math.min(size, 1024));
        for (int i = 0; i < size; i++) {
            items.add(reply());
        }
        return new RespValue.Array(items);
    }

    /** The arguments of a command of the stream; {@link #TOO_LONG} for those that no key is as long as. */
    public List<byte[]> command() throws IOException {
        String line = line();
        if (line.isEmpty() || line.charAt(0) != '*') {
            throw new IOException("the stream of replication has no command where one was expected: " + line);
        }
        int size = (int) number(line.substring(1), 1, MAX_ELEMENTS);
        List<byte[]> arguments = new ArrayList<>(Math.min(size, 1024));
        for (int i = 0; i < size; i++) {
            String header = line();
            if (header.isEmpty() || header.charAt(0) != '$') {
                throw new IOException("the stream of replication has no argument where one was expected: " + header);
            }
            int length = (int) number(header.substring(1), 0, Integer.MAX_VALUE);
            if (length > MAX_KEPT_ARGUMENT) {
                skip(length);
                arguments.add(TOO_LONG);
            } else {
                arguments.add(exactly(length));
            }
            end();
        }
        return arguments;
    }

    private void end() throws IOException {
        if (next() != '\r' || next() != '\n') {
            throw new IOException("not the Redis protocol: no line end after a string");
        }
    }

    private static long number(String text, long least, long most) throws IOException {
        try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below.
        }
        throw new IOException("not the Redis protocol: the number '" + text + "'");
    }

    private static String utf8(String latin1) {
        return new String(latin1.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
