package io.undermoon.dev.imports.engine;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Names of changed keys that memory has no room for, in a file: first in, first out. The file is made when it is needed
 * and has no name from the beginning, so that nothing is left of it. Not thread-safe.
 */
final class KeySpill implements AutoCloseable {
    private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES;
    private static final int BUFFER_BYTES = 256 << 10;

    /**
     * @param generation of the change
     * @param name of the key
     */
    record Entry(long generation, byte[] name) {}

    private final Path directory;
    private final ByteBuffer last = ByteBuffer.allocate(BUFFER_BYTES);
    private @Nullable FileChannel file;
    private long readFrom;
    private long entries;

    /** @param directory where the file will be */
    KeySpill(Path directory) {
        this.directory = directory;
    }

    boolean isEmpty() {
        return entries == 0;
    }

    /** Adds an entry at the end. */
    void add(long generation, byte[] name) throws IOException {
        if (last.remaining() < HEADER_BYTES + name.length) {
            flush();
        }
        if (last.remaining() < HEADER_BYTES + name.length) {
            ByteBuffer large = ByteBuffer.allocate(HEADER_BYTES + name.length);
            append(put(large, generation, name).flip());
        } else {
            put(last, generation, name);
        }
        entries++;
    }

    private static ByteBuffer put(ByteBuffer buffer, long generation, byte[] name) {
        return buffer.putLong(generation).putInt(name.length).put(name);
    }

    private void flush() throws IOException {
        append(last.flip());
        last.clear();
    }

    private void append(ByteBuffer bytes) throws IOException {
        FileChannel channel = file();
        while (bytes.hasRemaining()) {
            channel.write(bytes, channel.size());
        }
    }

    private FileChannel file() throws IOException {
        FileChannel channel = file;
        if (channel == null) {
            Path path = Files.createTempFile(directory, "undermoon-import-", ".keys");
            try {
                channel = FileChannel.open(
                        path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
            } finally {
                Files.deleteIfExists(path);
            }
            file = channel;
        }
        return channel;
    }

    /** Takes entries from the beginning, at least one if there are any. */
    List<Entry> take() throws IOException {
        if (isEmpty()) {
            return List.of();
        }
        flush();
        List<Entry> taken = parse(read(BUFFER_BYTES));
        if (taken.isEmpty()) {
            int name = read(HEADER_BYTES).getInt(Long.BYTES);
            taken = parse(read(HEADER_BYTES + name));
        }
        entries -= taken.size();
        if (entries == 0) {
            file().truncate(0);
            readFrom = 0;
        }
        return taken;
    }

    private ByteBuffer read(int most) throws IOException {
        FileChannel channel = file();
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(most, channel.size() - readFrom));
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, readFrom + bytes.position()) < 0) {
                throw new EOFException("the file of changed keys is shorter than what was written");
            }
        }
        return bytes.flip();
    }

    /** The entries that are complete, which are behind us then. */
    private List<Entry> parse(ByteBuffer bytes) {
        List<Entry> parsed = new ArrayList<>();
        while (bytes.remaining() >= HEADER_BYTES
                && bytes.remaining() - HEADER_BYTES >= bytes.getInt(bytes.position() + Long.BYTES)) {
            long generation = bytes.getLong();
            byte[] name = new byte[bytes.getInt()];
            bytes.get(name);
            parsed.add(new Entry(generation, name));
            readFrom += HEADER_BYTES + name.length;
        }
        return parsed;
    }

    @Override
    public void close() throws IOException {
        FileChannel channel = file;
        if (channel != null) {
            channel.close();
        }
    }
}
