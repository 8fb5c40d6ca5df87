package io.undermoon.broker.storage.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The file system operations of the file storage, one per method, so that tests can make each of them fail. */
class FileSystemCalls {
    /**
     * What tells a file from another one of the same name, and from itself before it was changed.
     *
     * @param key the inode; the same for all files where the file system has none
     */
    record Identity(Object key, long size, FileTime modified) {}

    /** Empty if there is no such file. */
    Optional<Identity> identity(Path file) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            Object key = Optional.ofNullable(attributes.fileKey()).orElse("");
            return Optional.of(new Identity(key, attributes.size(), attributes.lastModifiedTime()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    byte[] read(Path file) throws IOException {
        return Files.readAllBytes(file);
    }

    /** The files in a directory whose names start like that. */
    List<Path> list(Path directory, String prefix) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(
                directory, file -> String.valueOf(file.getFileName()).startsWith(prefix))) {
            files.forEach(found::add);
        }
        return found;
    }

    /** Creates one directory, in one that exists. */
    void createDirectory(Path directory) throws IOException {
        Files.createDirectory(directory);
    }

    /** Opens a file that may be locked, and creates it if there is none. */
    FileChannel openForLock(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /** Locks a file until its channel is closed; returns whether nobody else has. */
    boolean lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // Held by this process itself.
            return false;
        }
    }

    /** Creates a file that must not exist and writes all bytes to it. */
    void write(Path file, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) {
                channel.write(left);
            }
        }
    }

    /** Returns when the content of a file is on the disk. */
    void syncFile(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** Renames a file over another atomically. */
    void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Returns when the names in a directory are on the disk. */
    void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    void deleteIfExists(Path file) throws IOException {
        Files.deleteIfExists(file);
    }
}
