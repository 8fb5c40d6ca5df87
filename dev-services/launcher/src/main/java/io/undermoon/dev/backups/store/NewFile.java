package io.undermoon.dev.backups.store;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that is being written, on this machine until it is committed. What is closed without that is gone. Used by one
 * thread at a time.
 */
public final class NewFile implements AutoCloseable {
    /** Puts the finished file into its place, or copies it there. */
    interface Finish {
        void run(Path part) throws IOException;
    }

    private final String name;
    private final Path part;
    private final Finish finish;
    private final FileChannel channel;

    NewFile(String name, Path part, Finish finish) throws IOException {
        this.name = name;
        this.part = part;
        this.finish = finish;
        this.channel = FileChannel.open(
                part,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }

    public String name() {
        return name;
    }

    public void write(byte[] bytes, int from, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, from, length);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /** Takes away what was written after so many bytes. */
    public byte[] cut(long length) throws IOException {
        ByteBuffer rest = ByteBuffer.allocate(Math.toIntExact(channel.size() - length));
        while (rest.hasRemaining()) {
            if (channel.read(rest, length + rest.position()) < 0) {
                throw new EOFException(part + " is shorter than what was written");
            }
        }
        channel.truncate(length);
        channel.position(length);
        return rest.array();
    }

    /** Puts the file into the store. It is on the disk, or with S3, when this returns. */
    public FileFacts commit() throws IOException {
        channel.force(true);
        FileFacts facts = FileFacts.of(name, Files.newInputStream(part));
        finish.run(part);
        return facts;
    }

    @Override
    public void close() {
        try {
            channel.close();
            Files.deleteIfExists(part);
        } catch (IOException e) {
            // It is left over, and counts for nothing.
        }
    }
}
