package io.undermoon.dev.imports.source;

import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.imports.wire.Access;
import io.undermoon.dev.imports.wire.RedisConnection;
import io.undermoon.dev.imports.wire.RefusedException;
import io.undermoon.dev.imports.wire.WireInput;
import io.undermoon.metadata.HostPort;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Follows one master as a replica does: asks for what is missing since a position, takes a full copy where the master
 * no longer has that, and connects again whenever the connection is lost. Tells the master that it is alive, but
 * never that it has anything: {@code WAIT} at the source does not count it.
 *
 * <p>Has a thread of its own, which {@link #run} is for; {@link #close} ends it.
 */
public final class ReplicationLink implements Runnable, AutoCloseable {
    private static final int READ_BYTES = 256 << 10;
    private static final int END_MARK_BYTES = 40;
    private static final int IDLE_MILLIS = 1000;
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long RETRY_MILLIS = 200;
    private static final byte[] ALIVE =
            "*3\r\n$8\r\nREPLCONF\r\n$3\r\nACK\r\n$1\r\n0\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] WAITING = {'\n'};
    private static final List<String> PASSING =
            List.of("LOADING", "NOMASTERLINK", "MASTERDOWN", "BUSY", "ERR max number");

    private final HostPort master;
    private final Access access;
    private final int database;
    private final Path spoolDirectory;
    private final Follower follower;
    private final CountDownLatch closed = new CountDownLatch(1);
    private @Nullable Position position;
    private volatile @Nullable RedisConnection current;
    private long aliveNanos;
    private long heardNanos;
    private boolean isStreaming;

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
                RedisConnection connection = RedisConnection.open(master, access)) {
            current = connection;
            if (isClosed()) {
                return;
            }
            KeyPositions keys = new KeyPositions(questions);
            connection.demand("REPLCONF", "capa", "eof", "capa", "psync2");
            connection.timeout(IDLE_MILLIS);
            heardNanos = System.nanoTime();
            connection.input().whenIdle(() -> onSilence(connection));
            isStreaming = false;
            begin(connection);
            isStreaming = true;
            connection.sendRaw(ALIVE);
            stream(connection, new StreamReader(keys, database));
        }
    }

    private void onSilence(RedisConnection connection) throws IOException {
        if (System.nanoTime() - heardNanos > SILENCE_NANOS) {
            throw new EOFException("no sign of life for " + TimeUnit.NANOSECONDS.toSeconds(SILENCE_NANOS) + " s");
        }
        // Also keeps the master from giving up on a replica that waits for a snapshot. An acknowledgement must not come
        // before the snapshot has: the stream then begins right behind it, and its end would not be found.
        connection.sendRaw(isStreaming ? ALIVE : WAITING);
        aliveNanos = System.nanoTime();
    }

    /** Has the stream begin, after a snapshot if it must be. */
    private void begin(RedisConnection connection) throws IOException {
        Position known = position;
        connection.send(List.of(
                known == null
                        ? Command.of("PSYNC", "?", "-1")
                        : Command.of("PSYNC", known.history(), known.offset() + 1)));
        String reply = lineAfterSignsOfLife(connection.input());
        String[] words = reply.split(" ", -1);
        if (known != null && words[0].equals("+CONTINUE")) {
            position = new Position(words.length > 1 ? words[1] : known.history(), known.offset(), known.database());
            follower.changed(master, List.of(), position);
        } else if (words.length == 3 && words[0].equals("+FULLRESYNC")) {
            position = null;
            takeSnapshot(connection.input());
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

    private String lineAfterSignsOfLife(WireInput in) throws IOException {
        String line = in.line();
        while (line.isEmpty()) {
            heardNanos = System.nanoTime();
            line = in.line();
        }
        heardNanos = System.nanoTime();
        return line;
    }

    private void takeSnapshot(WireInput in) throws IOException {
        String header = lineAfterSignsOfLife(in);
        Spool spool = Spool.create(spoolDirectory);
        follower.snapshot(master, spool);
        try {
            if (header.startsWith("$EOF:")) {
                untilMark(in, spool, header.substring(5).getBytes(StandardCharsets.ISO_8859_1));
            } else if (header.startsWith("$")) {
                exactly(in, spool, Long.parseLong(header.substring(1)));
            } else {
                throw new IOException(master + " sends no snapshot: " + header);
            }
            spool.complete();
        } catch (IOException e) {
            spool.fail(e);
            throw e;
        }
    }

    private void exactly(WireInput in, Spool spool, long length) throws IOException {
        byte[] buffer = new byte[READ_BYTES];
        for (long left = length; left > 0; ) {
            int read = in.some(buffer, 0, (int) Math.min(left, buffer.length));
            heardNanos = System.nanoTime();
            spool.append(buffer, 0, read);
            left -= read;
        }
    }

    /** The mark is the end of what comes, as the master waits for a sign of life behind it. */
    private void untilMark(WireInput in, Spool spool, byte[] mark) throws IOException {
        if (mark.length != END_MARK_BYTES) {
            throw new IOException(master + " announces an end mark of " + mark.length + " bytes");
        }
        byte[] buffer = new byte[READ_BYTES];
        int held = 0;
        while (true) {
            held += in.some(buffer, held, buffer.length - held);
            heardNanos = System.nanoTime();
            if (held < END_MARK_BYTES) {
                continue;
            }
            int before = held - END_MARK_BYTES;
            if (Arrays.equals(buffer, before, held, mark, 0, END_MARK_BYTES)) {
                spool.append(buffer, 0, before);
                return;
            }
            spool.append(buffer, 0, before);
            System.arraycopy(buffer, before, buffer, 0, END_MARK_BYTES);
            held = END_MARK_BYTES;
        }
    }

    private void stream(RedisConnection connection, StreamReader reader) throws IOException {
        Position start = position;
        if (start == null) {
            throw new IllegalStateException("a stream begins at a position");
        }
        WireInput in = connection.input();
        reader.select(start.database());
        long base = start.offset() - in.consumed();
        while (true) {
            List<byte[]> command = in.command();
            heardNanos = System.nanoTime();
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
            if (heardNanos - aliveNanos > TimeUnit.SECONDS.toNanos(1)) {
                connection.sendRaw(ALIVE);
                aliveNanos = heardNanos;
            }
        }
    }

    /** Ends the thread. */
    @Override
    public void close() {
        closed.countDown();
        RedisConnection connection = current;
        if (connection != null) {
            connection.close();
        }
    }
}
