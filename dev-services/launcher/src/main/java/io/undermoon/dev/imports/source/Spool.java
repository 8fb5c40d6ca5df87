package io.undermoon.dev.imports.source;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot on its way through a file: the source gives it as fast as the network goes, so that what it has to keep
 * for its replica meanwhile stays small, and the destination takes it as fast as it can. One thread writes and one
 * reads, while the other still writes. The file is deleted from the beginning, so that it is gone whatever ends the
 * program.
 */
public final class Spool implements AutoCloseable {
    private final FileChannel channel;
    private long written;
    private boolean complete;
    private @Nullable IOException failure;

    private Spool(FileChannel channel) {
        this.channel = channel;
    }

    static Spool create(Path directory) throws IOException {
        Path file = Files.createTempFile(directory, "undermoon-import-", ".rdb");
        try {
            return new Spool(FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE));
        } finally {
            Files.deleteIfExists(file);
        }
    }

    void append(byte[] bytes, int from, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, from, length);
        long at = written();
        while (buffer.hasRemaining()) {
            at += channel.write(buffer, at);
        }
        synchronized (this) {
            written = at;
            notifyAll();
        }
    }

    /** All of the snapshot is there. */
    synchronized void complete() {
        complete = true;
        notifyAll();
    }

    /** The rest will not come. */
    public synchronized void fail(IOException reason) {
        failure = reason;
        notifyAll();
    }

    /** Whether the rest will not come. */
    public synchronized boolean hasFailed() {
        return failure != null;
    }

    /** The bytes that have arrived. */
    public synchronized long written() {
        return written;
    }

    private synchronized long awaitMoreThan(long position) throws IOException {
        while (written <= position && !complete && failure == null) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
        if (failure != null) {
            throw new IOException("the snapshot has not arrived as a whole: " + failure.getMessage(), failure);
        }
        return written;
    }

    /** Waits where not enough has arrived. */
    public InputStream reader() {
        return new InputStream() {
            private long position;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int from, int length) throws IOException {
                long available = awaitMoreThan(position) - position;
                if (available == 0) {
                    return -1;
                }
                int read = channel.read(ByteBuffer.wrap(target, from, (int) Math.min(length, available)), position);
                if (read <= 0) {
                    throw new EOFException("the file of the snapshot is shorter than what was written");
                }
                position += read;
                return read;
            }
        };
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
