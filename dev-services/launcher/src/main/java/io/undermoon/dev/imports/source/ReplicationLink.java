package io.undermoon.dev.imports.source;

import io.undermoon.dev.imports.wire.Access;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.dev.imports.wire.RefusedException;
import io.undermoon.dev.imports.wire.ReplicaConnection;
import io.undermoon.dev.imports.wire.WireInput;
import io.undermoon.metadata.HostPort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Follows one master as a replica does: asks for what is missing since a position, takes a full copy where the master
 * no longer has that, and connects again whenever the connection is lost.
 *
 * <p>Has a thread of its own, which {@link #run} is for; {@link #close} ends it.
 */
public final class ReplicationLink implements Runnable, AutoCloseable {
    private static final long RETRY_MILLIS = 200;
    private static final List<String> PASSING =
            List.of("LOADING", "NOMASTERLINK", "MASTERDOWN", "BUSY", "ERR max number");

    private final HostPort master;
    private final Access access;
    private final int database;
    private final Path spoolDirectory;
    private final Follower follower;
    private final CountDownLatch closed = new CountDownLatch(1);
    private @Nullable Position position;
    private volatile @Nullable ReplicaConnection current;

    /**
     * @param database whose keys are told of
     * @param position what is known already; null to begin with a full copy
     */
    public ReplicationLink(
            HostPort master,
            Access access,
            int database,
            @Nullable Position position,
            Path spoolDirectory,
            Follower follower) {
        this.master = master;
        this.access = access;
        this.database = database;
        this.position = position;
        this.spoolDirectory = spoolDirectory;
        this.follower = follower;
    }

    @Override
    public void run() {
        while (!isClosed()) {
            try {
                follow();
            } catch (UnknownKeysException | RefusedException | RuntimeException e) {
                if (e instanceof RefusedException refused && isPassing(refused)) {
                    pause(refused);
                    continue;
                }
                if (!isClosed()) {
                    follower.failed(master, e);
                }
                return;
            } catch (IOException e) {
                pause(e);
            }
        }
    }

    private static boolean isPassing(RefusedException refusal) {
        String text = String.valueOf(refusal.getMessage());
        return PASSING.stream().anyMatch(code -> text.contains(": " + code));
    }

    private void pause(IOException reason) {
        if (isClosed()) {
            return;
        }
        follower.lost(master, String.valueOf(reason.getMessage()));
        try {
            closed.await(RETRY_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed.countDown();
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private void follow() throws IOException {
        try (RedisConnection questions = RedisConnection.open(master, access);
                ReplicaConnection connection = ReplicaConnection.open(master, access, () -> {})) {
            current = connection;
            if (isClosed()) {
                return;
            }
            KeyPositions keys = new KeyPositions(questions);
            begin(connection);
            connection.beginStream();
            stream(connection, new StreamReader(keys, database));
        }
    }

    /** Has the stream begin, after a snapshot if it must be. */
    private void begin(ReplicaConnection connection) throws IOException {
        Position known = position;
        String reply =
                known == null ? connection.psync("?", -1) : connection.psync(known.history(), known.offset() + 1);
        String[] words = reply.split(" ", -1);
        if (known != null && words[0].equals("+CONTINUE")) {
            position = new Position(words.length > 1 ? words[1] : known.history(), known.offset(), known.database());
            follower.changed(master, List.of(), position);
        } else if (words.length == 3 && words[0].equals("+FULLRESYNC")) {
            position = null;
            takeSnapshot(connection);
            position = new Position(words[1], Long.parseLong(words[2]), 0);
            follower.changed(master, List.of(), position);
        } else if (PASSING.stream().anyMatch(code -> reply.startsWith("-" + code))) {
            throw new IOException(master + " answers PSYNC by " + reply);
        } else {
            throw new RefusedException(master + " refuses PSYNC: " + reply
                    + " (the user needs +psync +replconf +command +info +dump +pexpiretime, and the node itself"
                    + " has to be reachable)");
        }
    }

    private void takeSnapshot(ReplicaConnection connection) throws IOException {
        String header = connection.line();
        Spool spool = Spool.create(spoolDirectory);
        follower.snapshot(master, spool);
        try {
            connection.takeSnapshot(header, spool::append);
            spool.complete();
        } catch (IOException e) {
            spool.fail(e);
            throw e;
        }
    }

    private void stream(ReplicaConnection connection, StreamReader reader) throws IOException {
        Position start = position;
        if (start == null) {
            throw new IllegalStateException("a stream begins at a position");
        }
        WireInput in = connection.input();
        reader.select(start.database());
        long base = start.offset() - in.consumed();
        while (true) {
            List<byte[]> command = in.command();
            List<byte[]> keys = reader.keys(command);
            Position reached = new Position(start.history(), base + in.consumed(), reader.database());
            switch (reader.effect()) {
                case KEYS -> follower.changed(master, keys, reached);
                case EVERYTHING -> {
                    follower.everythingChanged(master, reader.name());
                    follower.changed(master, List.of(), reached);
                }
                case FUNCTIONS -> {
                    follower.functionsChanged(master);
                    follower.changed(master, List.of(), reached);
                }
            }
            position = reached;
            connection.heard();
        }
    }

    /** Ends the thread. */
    @Override
    public void close() {
        closed.countDown();
        ReplicaConnection connection = current;
        if (connection != null) {
            connection.close();
        }
    }
}
