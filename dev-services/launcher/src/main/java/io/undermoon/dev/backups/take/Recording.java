package io.undermoon.dev.backups.take;

import io.undermoon.dev.backups.manifest.Segment.Mark;
import io.undermoon.dev.backups.store.BackupStore;
import io.undermoon.dev.backups.store.NewFile;
import io.undermoon.dev.imports.wire.Access;
import io.undermoon.dev.imports.wire.RefusedException;
import io.undermoon.dev.imports.wire.ReplicaConnection;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Follows one master as a replica does, and keeps what it sends as it is: the snapshot in one file, the stream of
 * replication in others, which are cut at offsets that the caller names. Ends when the connection is lost.
 *
 * <p>Has a thread of its own, which {@link #run} is for. The other methods are called by one other thread.
 */
final class Recording implements Runnable, AutoCloseable {
    private static final int READ_BYTES = 256 << 10;
    private static final long MARK_MILLIS = 1000;

    private final HostPort master;
    private final Access access;
    private final BackupStore store;
    private final String prefix;
    private final CompletableFuture<NewFile> snapshot = new CompletableFuture<>();
    private volatile @Nullable ReplicaConnection connection;
    private volatile boolean closed;
    private final AtomicLong received = new AtomicLong();
    private volatile @Nullable Exception failure;
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
        try (ReplicaConnection opened = ReplicaConnection.open(master, access, this::markWhenIdle)) {
            connection = opened;
            if (closed) {
                return;
            }
            begin(opened);
            takeSnapshot(opened);
            opened.beginStream();
            takeStream(opened);
        }
    }

    private void begin(ReplicaConnection opened) throws IOException {
        String reply = opened.psync("?", -1);
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

    private synchronized void markWhenIdle() {
        if (stream != null) {
            mark();
        }
    }

    private void takeSnapshot(ReplicaConnection opened) throws IOException {
        String header = opened.line();
        NewFile file = store.create(prefix + ".rdb");
        try {
            opened.takeSnapshot(header, (buffer, offset, length) -> {
                received.addAndGet(length);
                file.write(buffer, offset, length);
            });
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

    private void takeStream(ReplicaConnection opened) throws IOException {
        byte[] buffer = new byte[READ_BYTES];
        while (!closed) {
            int read = opened.input().some(buffer, 0, buffer.length);
            received.addAndGet(read);
            opened.heard();
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
        Objects.requireNonNull(stream).write(rest, 0, rest.length);
        if (!cut.complete(done)) {
            file.close();
        }
    }

    /** Ends the thread. What has not been cut is gone. */
    @Override
    public void close() {
        closed = true;
        ReplicaConnection opened = connection;
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
