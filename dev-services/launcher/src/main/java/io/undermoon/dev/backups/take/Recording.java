package io.undermoon.dev.backups.take;

import io.undermoon.dev.backups.manifest.Segment.Mark;
import io.undermoon.dev.backups.store.BackupStore;
import io.undermoon.dev.backups.store.NewFile;
import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.imports.wire.Access;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.dev.imports.wire.RefusedException;
import io.undermoon.dev.imports.wire.WireInput;
import io.undermoon.metadata.HostPort;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Follows one master as a replica does, and keeps what it sends as it is: the snapshot in one file, the stream of
 * replication in others, which are cut at offsets that the caller names. Says that it is alive but never that it has
 * anything, and listens on no port, so neither {@code WAIT} nor the proxy counts it as a copy. Ends when the connection
 * is lost.
 *
 * <p>Has a thread of its own, which {@link #run} is for. The other methods are called by one other thread.
 */
final class Recording implements Runnable, AutoCloseable {
    private static final int READ_BYTES = 256 << 10;
    private static final int END_MARK_BYTES = 40;
    private static final int IDLE_MILLIS = 500;
    private static final long ALIVE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long MARK_MILLIS = 1000;
    private static final byte[] ALIVE =
            "*3\r\n$8\r\nREPLCONF\r\n$3\r\nACK\r\n$1\r\n0\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] WAITING = {'\n'};

    private final HostPort master;
    private final Access access;
    private final BackupStore store;
    private final String prefix;
    private final CompletableFuture<NewFile> snapshot = new CompletableFuture<>();
    private volatile @Nullable RedisConnection connection;
    private volatile boolean closed;
    private final AtomicLong received = new AtomicLong();
    private volatile @Nullable Exception failure;
    private long aliveNanos = System.nanoTime();
    private long heardNanos = System.nanoTime();
    private String history = "";
    private long snapshotOffset;

    // Guarded by this, as the stream is cut by another thread than the one that writes it.
    private @Nullable NewFile stream;
    private int streams;
    private long streamFrom;
    private long position;
    private List<Mark> marks = new ArrayList<>();
    private long cutOffset = -1;
    private CompletableFuture<Cut> cut = new CompletableFuture<>();

    /** What came up to an offset. */
    record Cut(NewFile stream, long fromOffset, long toOffset, List<Mark> marks) {}

    /** @param prefix of the names of its files */
    Recording(HostPort master, Access access, BackupStore store, String prefix) {
        this.master = master;
        this.access = access;
        this.store = store;
        this.prefix = prefix;
    }

    @Override
    public void run() {
        try {
            follow();
        } catch (IOException | RuntimeException e) {
            failure = e;
            snapshot.completeExceptionally(e);
            synchronized (this) {
                cut.completeExceptionally(e);
            }
        }
    }

    HostPort master() {
        return master;
    }

    /** The snapshot, when it is there as a whole. From then on the stream is followed. */
    CompletableFuture<NewFile> snapshot() {
        return snapshot;
    }

    /** The replication id; known when the snapshot is there, as is {@link #snapshotOffset}. */
    String history() {
        return history;
    }

    long snapshotOffset() {
        return snapshotOffset;
    }

    /** All bytes that have come so far. */
    long received() {
        return received.get();
    }

    /** @throws IOException if it has ended */
    void requireAlive() throws IOException {
        Exception problem = failure;
        if (problem != null) {
            throw problem instanceof RefusedException refusal
                    ? refusal
                    : new IOException(master + ": " + problem.getMessage(), problem);
        }
    }

    /** The stream since the last cut up to an offset, when it has come. What follows is in the next one. */
    synchronized CompletableFuture<Cut> cutAt(long offset) throws IOException {
        requireAlive();
        cut = new CompletableFuture<>();
        cutOffset = offset;
        cutIfReached();
        return cut;
    }

    private void follow() throws IOException {
        try (RedisConnection opened = RedisConnection.open(master, access)) {
            connection = opened;
            if (closed) {
                return;
            }
            opened.demand("REPLCONF", "capa", "eof", "capa", "psync2");
            opened.timeout(IDLE_MILLIS);
            opened.input().whenIdle(() -> onSilence(opened));
            begin(opened);
            takeSnapshot(opened.input());
            opened.sendRaw(ALIVE);
            takeStream(opened);
        }
    }

    private void begin(RedisConnection opened) throws IOException {
        opened.send(List.of(Command.of("PSYNC", "?", "-1")));
        String reply = line(opened.input());
        String[] words = reply.split(" ", -1);
        if (words.length != 3 || !words[0].equals("+FULLRESYNC")) {
            String problem = master + " refuses PSYNC: " + reply;
            // LOADING, MASTERDOWN and the like pass.
            throw reply.startsWith("-NOPERM") || reply.startsWith("-NOAUTH")
                    ? new RefusedException(problem + " (the user needs +psync +replconf +client +info)")
                    : new IOException(problem);
        }
        history = words[1];
        snapshotOffset = Long.parseLong(words[2]);
    }

    /** The next line; the empty ones before it are signs of life. */
    private String line(WireInput in) throws IOException {
        String line = in.line();
        while (line.isEmpty()) {
            heardNanos = System.nanoTime();
            line = in.line();
        }
        heardNanos = System.nanoTime();
        return line;
    }

    private void onSilence(RedisConnection opened) throws IOException {
        long now = System.nanoTime();
        if (now - heardNanos > SILENCE_NANOS) {
            throw new EOFException("no sign of life for " + TimeUnit.NANOSECONDS.toSeconds(SILENCE_NANOS) + " s");
        }
        boolean isStreaming;
        synchronized (this) {
            isStreaming = stream != null;
            if (isStreaming) {
                mark();
            }
        }
        // Once acknowledged, the stream begins right behind the snapshot, whose end would not be found.
        if (isStreaming) {
            sayAlive(opened);
        } else {
            opened.sendRaw(WAITING);
        }
    }

    private void sayAlive(RedisConnection opened) throws IOException {
        if (System.nanoTime() - aliveNanos > ALIVE_NANOS) {
            opened.sendRaw(ALIVE);
            aliveNanos = System.nanoTime();
        }
    }

    private void takeSnapshot(WireInput in) throws IOException {
        String header = line(in);
        NewFile file = store.create(prefix + ".rdb");
        try {
            if (header.startsWith("$EOF:")) {
                untilMark(in, file, header.substring(5).getBytes(StandardCharsets.ISO_8859_1));
            } else if (header.startsWith("$")) {
                exactly(in, file, Long.parseLong(header.substring(1)));
            } else {
                throw new IOException(master + " sends no snapshot: " + header);
            }
            synchronized (this) {
                position = snapshotOffset;
                beginStream(snapshotOffset);
            }
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        if (!snapshot.complete(file)) {
            file.close();
        }
    }

    private void exactly(WireInput in, NewFile file, long length) throws IOException {
        byte[] buffer = new byte[READ_BYTES];
        for (long left = length; left > 0; ) {
            int read = in.some(buffer, 0, (int) Math.min(left, buffer.length));
            heard(read);
            file.write(buffer, 0, read);
            left -= read;
        }
    }

    private void untilMark(WireInput in, NewFile file, byte[] mark) throws IOException {
        if (mark.length != END_MARK_BYTES) {
            throw new IOException(master + " announces an end mark of " + mark.length + " bytes");
        }
        byte[] buffer = new byte[READ_BYTES];
        int held = 0;
        while (true) {
            int read = in.some(buffer, held, buffer.length - held);
            heard(read);
            held += read;
            if (held < END_MARK_BYTES) {
                continue;
            }
            int before = held - END_MARK_BYTES;
            file.write(buffer, 0, before);
            // Nothing follows the mark before the master has been told that the replica lives.
            if (Arrays.equals(buffer, before, held, mark, 0, END_MARK_BYTES)) {
                return;
            }
            System.arraycopy(buffer, before, buffer, 0, END_MARK_BYTES);
            held = END_MARK_BYTES;
        }
    }

    private void heard(int bytes) {
        heardNanos = System.nanoTime();
        received.addAndGet(bytes);
    }

    private void takeStream(RedisConnection opened) throws IOException {
        byte[] buffer = new byte[READ_BYTES];
        while (!closed) {
            int read = opened.input().some(buffer, 0, buffer.length);
            heard(read);
            sayAlive(opened);
            synchronized (this) {
                NewFile file = stream;
                if (file == null) {
                    return;
                }
                file.write(buffer, 0, read);
                position += read;
                mark();
                cutIfReached();
            }
        }
    }

    private synchronized void beginStream(long offset) throws IOException {
        stream = store.create(prefix + "-" + streams++ + ".stream");
        streamFrom = offset;
        marks = new ArrayList<>();
    }

    private synchronized void mark() {
        long now = System.currentTimeMillis();
        if (marks.isEmpty() || now - marks.get(marks.size() - 1).millis() >= MARK_MILLIS) {
            marks.add(new Mark(now, position));
        }
    }

    private synchronized void cutIfReached() throws IOException {
        NewFile file = stream;
        if (cutOffset < 0 || position < cutOffset || file == null) {
            return;
        }
        byte[] rest = file.cut(cutOffset - streamFrom);
        long offset = cutOffset;
        cutOffset = -1;
        List<Mark> before =
                marks.stream().filter(mark -> mark.offset() <= offset).toList();
        Cut done = new Cut(file, streamFrom, offset, before);
        beginStream(offset);
        java.util.Objects.requireNonNull(stream).write(rest, 0, rest.length);
        if (!cut.complete(done)) {
            file.close();
        }
    }

    /** Ends the thread. What has not been cut is gone. */
    @Override
    public void close() {
        closed = true;
        RedisConnection opened = connection;
        if (opened != null) {
            opened.close();
        }
        synchronized (this) {
            if (stream != null) {
                stream.close();
                stream = null;
            }
        }
    }
}
