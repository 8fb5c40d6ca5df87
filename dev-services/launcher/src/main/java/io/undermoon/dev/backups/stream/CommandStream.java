package io.undermoon.dev.backups.stream;

import io.undermoon.dev.backups.store.DamagedFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the commands of a stream of replication, with all their arguments. Not thread-safe. */
public final class CommandStream {
    private static final int BUFFER_BYTES = 256 << 10;
    private static final int MAX_ARGUMENTS = 16 << 20;
    private static final int MAX_ARGUMENT_BYTES = 1 << 30;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int next;
    private int limit;
    private long offset;

    /** @param offset in the history of the master, at which the stream begins */
    public CommandStream(InputStream in, long offset) {
        this.in = in;
        this.offset = offset;
    }

    /** Where the last command ended. */
    public long offset() {
        return offset;
    }

    /**
     * The next command; null at the end.
     *
     * @throws DamagedFileException if what is there is no command, or only the beginning of one
     */
    public @Nullable List<byte[]> next() throws IOException {
        if (next == limit && !fill()) {
            return null;
        }
        int size = header('*', MAX_ARGUMENTS);
        List<byte[]> command = new ArrayList<>(Math.min(size, 1024));
        for (int i = 0; i < size; i++) {
            command.add(argument(header('$', MAX_ARGUMENT_BYTES)));
        }
        return command;
    }

    /** {@code *3\r\n} or {@code $5\r\n}. */
    private int header(char kind, int most) throws IOException {
        if (octet() != kind) {
            throw damaged("there is no '" + kind + "' where one was expected");
        }
        long number = 0;
        int digit = octet();
        while (digit >= '0' && digit <= '9' && number <= most) {
            number = 10 * number + digit - '0';
            digit = octet();
        }
        if (digit != '\r' || octet() != '\n' || number > most || kind == '*' && number == 0) {
            throw damaged("there is no length where one was expected");
        }
        return (int) number;
    }

    private byte[] argument(int length) throws IOException {
        byte[] bytes = new byte[length];
        for (int done = 0; done < length; ) {
            if (next == limit && !fill()) {
                throw damaged("it ends in the middle of a command");
            }
            int taken = Math.min(length - done, limit - next);
            System.arraycopy(buffer, next, bytes, done, taken);
            next += taken;
            done += taken;
        }
        offset += length;
        if (octet() != '\r' || octet() != '\n') {
            throw damaged("an argument does not end where it should");
        }
        return bytes;
    }

    private int octet() throws IOException {
        if (next == limit && !fill()) {
            throw damaged("it ends in the middle of a command");
        }
        offset++;
        return buffer[next++] & 0xff;
    }

    private boolean fill() throws IOException {
        next = 0;
        limit = Math.max(0, in.read(buffer, 0, buffer.length));
        return limit > 0;
    }

    private DamagedFileException damaged(String problem) {
        return new DamagedFileException("the stream of replication is damaged at offset " + offset + ": " + problem);
    }

    /** The name of a command, in lower case. */
    public static String name(List<byte[]> command) {
        return new String(command.get(0), StandardCharsets.UTF_8).toLowerCase(java.util.Locale.ROOT);
    }
}
