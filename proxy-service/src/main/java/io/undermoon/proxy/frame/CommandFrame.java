package io.undermoon.proxy.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A view of one command in a buffer: the bytes of the whole RESP array and the position of each argument.
 *
 * <p>It is valid until the buffer is released or the frame is filled again, and does not own the buffer. A decoder
 * fills the same frame for each command of a connection, so the path of a command allocates nothing. Argument 0 is the
 * command's name. Owned by one event loop.
 *
 * <pre>
 * *2\r\n$3\r\nGET\r\n$3\r\nfoo\r\n
 * ^start       ^argumentStart(0)   ^argumentStart(1), argumentLength(1) = 3      ^end
 * </pre>
 */
public final class CommandFrame {
    private static final int INITIAL_ARGUMENTS = 8;
    private static final int MAX_KEPT_ARGUMENTS = 1024;

    private ByteBuf buffer;
    private int start;
    private int end;
    private int argumentCount;

    /** Whether the array header before {@link #start} no longer counts the arguments, see {@link #skip}. */
    private boolean needsHeader;

    private int[] starts = new int[INITIAL_ARGUMENTS];
    private int[] lengths = new int[INITIAL_ARGUMENTS];

    /** An empty frame over an empty buffer, to be filled by a decoder. */
    public CommandFrame(ByteBuf emptyBuffer) {
        this.buffer = emptyBuffer;
    }

    /** A frame over a new buffer that needs no release. */
    public static CommandFrame of(List<String> arguments) {
        ByteBuf out = Unpooled.buffer();
        CommandFrame frame = new CommandFrame(out);
        frame.begin(out, 0);
        writeHeader(out, arguments.size());
        for (String argument : arguments) {
            byte[] bytes = argument.getBytes(StandardCharsets.UTF_8);
            out.writeCharSequence("$" + bytes.length + "\r\n", StandardCharsets.US_ASCII);
            frame.add(out.writerIndex(), bytes.length);
            out.writeBytes(bytes).writeByte('\r').writeByte('\n');
        }
        frame.finish(out.writerIndex());
        return frame;
    }

    /** The buffer with the command; the frame holds no reference of its own. */
    public ByteBuf buffer() {
        return buffer;
    }

    /** Index of the first byte of the command in {@link #buffer()}. */
    public int start() {
        return start;
    }

    /** Index after the last byte of the command. */
    public int end() {
        return end;
    }

    /** Size of the whole command in bytes. */
    public int length() {
        return end - start;
    }

    /** The number of arguments, the name included; at least 1 in a filled frame. */
    public int argumentCount() {
        return argumentCount;
    }

    /** Index of the first byte of an argument. */
    public int argumentStart(int argument) {
        return starts[argument];
    }

    /** Size of an argument in bytes. */
    public int argumentLength(int argument) {
        return lengths[argument];
    }

    /** An argument as UTF-8 text; for commands that the proxy answers itself. */
    public String argument(int argument) {
        return buffer.toString(starts[argument], lengths[argument], StandardCharsets.UTF_8);
    }

    /** The bytes of an argument as characters of ISO 8859-1, without a copy; valid as long as the frame is. */
    public CharSequence argumentView(int argument) {
        return new ArgumentView(buffer, starts[argument], lengths[argument]);
    }

    /** A copy of the bytes of an argument. */
    public byte[] argumentBytes(int argument) {
        byte[] bytes = new byte[lengths[argument]];
        buffer.getBytes(starts[argument], bytes);
        return bytes;
    }

    /** The arguments from {@code first} on as UTF-8 text. */
    public List<String> arguments(int first) {
        List<String> arguments = new ArrayList<>(Math.max(0, argumentCount - first));
        for (int i = first; i < argumentCount; i++) {
            arguments.add(argument(i));
        }
        return arguments;
    }

    /** Whether an argument equals a word, given in upper case ASCII, regardless of case. */
    public boolean argumentIs(int argument, String upperCaseWord) {
        int length = lengths[argument];
        if (length != upperCaseWord.length()) {
            return false;
        }
        int from = starts[argument];
        for (int i = 0; i < length; i++) {
            int c = buffer.getByte(from + i);
            if (c >= 'a' && c <= 'z') {
                c -= 'a' - 'A';
            }
            if (c != upperCaseWord.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The command whose name is argument {@code first}, over the same buffer; as a whole it cannot be sent on. */
    public CommandFrame from(int first) {
        CommandFrame inner = new CommandFrame(buffer);
        inner.begin(buffer, start);
        for (int i = first; i < argumentCount; i++) {
            inner.add(starts[i], lengths[i]);
        }
        inner.finish(end);
        return inner;
    }

    /** Leaves out the first arguments, so that the frame is the command wrapped in another one. */
    public void skip(int arguments) {
        start = starts[arguments - 1] + lengths[arguments - 1] + 2;
        argumentCount -= arguments;
        System.arraycopy(starts, arguments, starts, 0, argumentCount);
        System.arraycopy(lengths, arguments, lengths, 0, argumentCount);
        needsHeader = true;
    }

    /** Whether the bytes from {@link #start} to {@link #end} lack their array header, see {@link #skip}. */
    public boolean isRewritten() {
        return needsHeader;
    }

    /** Appends the command as a RESP array of bulk strings. */
    public void writeTo(ByteBuf out) {
        if (needsHeader) {
            writeHeader(out, argumentCount);
        }
        out.writeBytes(buffer, start, end - start);
    }

    /** Appends the command wrapped in another one: {@code <word> <number> <command>}. */
    public void writeWrapped(ByteBuf out, String word, int number) {
        String digits = Integer.toString(number);
        writeHeader(out, argumentCount + 2);
        out.writeCharSequence("$" + word.length() + "\r\n" + word + "\r\n", StandardCharsets.US_ASCII);
        out.writeCharSequence("$" + digits.length() + "\r\n" + digits + "\r\n", StandardCharsets.US_ASCII);
        int body = needsHeader ? start : bodyStart();
        out.writeBytes(buffer, body, end - body);
    }

    /** As Redis does, the decoder takes any byte after the CR of a header for its LF. */
    private int bodyStart() {
        return buffer.indexOf(start, end, (byte) '\r') + 2;
    }

    private static void writeHeader(ByteBuf out, int arguments) {
        out.writeCharSequence("*" + arguments + "\r\n", StandardCharsets.US_ASCII);
    }

    /** Begins to fill the frame with a command that starts at an index of a buffer. */
    public void begin(ByteBuf buffer, int start) {
        this.buffer = buffer;
        this.start = start;
        this.end = start;
        this.argumentCount = 0;
        this.needsHeader = false;
        if (starts.length > MAX_KEPT_ARGUMENTS) {
            starts = new int[INITIAL_ARGUMENTS];
            lengths = new int[INITIAL_ARGUMENTS];
        }
    }

    /** Adds the next argument. */
    public void add(int argumentStart, int argumentLength) {
        if (argumentCount == starts.length) {
            starts = Arrays.copyOf(starts, argumentCount * 2);
            lengths = Arrays.copyOf(lengths, argumentCount * 2);
        }
        starts[argumentCount] = argumentStart;
        lengths[argumentCount++] = argumentLength;
    }

    /** Says that the command now stands {@code delta} later (earlier if negative), in this buffer. */
    void moved(ByteBuf buffer, int delta) {
        this.buffer = buffer;
        start += delta;
        end += delta;
        for (int i = 0; i < argumentCount; i++) {
            starts[i] += delta;
        }
    }

    /** Ends the command before this index. */
    public void finish(int end) {
        this.end = end;
    }
}
