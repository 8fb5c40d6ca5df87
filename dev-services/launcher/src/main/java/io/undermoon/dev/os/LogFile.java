package io.undermoon.dev.os;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads the log file of a service: its last lines, and then the lines that are added. Not thread-safe.
 */
public final class LogFile {
    /** How far back {@link #tail} looks at most. */
    private static final int MAX_TAIL_BYTES = 1 << 20;

    private final Path path;
    private long position;

    public LogFile(Path path) {
        this.path = path;
    }

    /** The last lines, at most this many, and moves the position to the end; empty if there is no file. */
    public List<String> tail(int maxLines) throws IOException {
        if (!Files.exists(path)) {
            return List.of();
        }
        position = Math.max(0, Files.size(path) - MAX_TAIL_BYTES);
        List<String> lines = readOn();
        return lines.subList(Math.max(0, lines.size() - maxLines), lines.size());
    }

    /** The whole lines written since the last read; a line without an end yet is left for later. */
    public List<String> readOn() throws IOException {
        if (!Files.exists(path)) {
            return List.of();
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            if (file.length() < position) {
                position = 0; // the file was emptied
            }
            file.seek(position);
            byte[] bytes = new byte[(int) Math.min(MAX_TAIL_BYTES, file.length() - position)];
            file.readFully(bytes);
            int end = endOfLastLine(bytes);
            position += end;
            return new String(bytes, 0, end, StandardCharsets.UTF_8).lines().toList();
        }
    }

    /** A "line" that fills the whole buffer is given out in parts, so that reading always gets on. */
    private static int endOfLastLine(byte[] bytes) {
        for (int end = bytes.length; end > 0; end--) {
            if (bytes[end - 1] == '\n') {
                return end;
            }
        }
        return bytes.length == MAX_TAIL_BYTES ? bytes.length : 0;
    }
}
