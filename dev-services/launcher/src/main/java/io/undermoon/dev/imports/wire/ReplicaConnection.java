package io.undermoon.dev.imports.wire;

import io.undermoon.dev.clusterclient.Command;
import io.undermoon.metadata.HostPort;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A connection to a master as a replica has it: a snapshot, if need be, and then the stream of replication. Tells the
 * master that it is alive, but never that it has anything, and names no port: neither {@code WAIT} nor a proxy counts
 * it as a copy. Used by one thread; {@link #close} may come from any.
 */
public final class ReplicaConnection implements AutoCloseable {
    private static final int READ_BYTES = 256 << 10;
    private static final int END_MARK_BYTES = 40;
    private static final int IDLE_MILLIS = 500;
    private static final long ALIVE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final byte[] ALIVE =
            "*3\r\n$8\r\nREPLCONF\r\n$3\r\nACK\r\n$1\r\n0\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] WAITING = {'\n'};

    private final RedisConnection connection;
    private final Runnable whenIdle;
    private long heardNanos;
    private long aliveNanos;
    private boolean streams;

    /** Takes the bytes of a snapshot. */
    @FunctionalInterface
    public interface Bytes {
        void take(byte[] buffer, int offset, int length) throws IOException;
    }

    private ReplicaConnection(RedisConnection connection, Runnable whenIdle) {
        this.connection = connection;
        this.whenIdle = whenIdle;
    }

    /**
     * Connects.
     *
     * @param whenIdle called while the master has nothing to say, twice a second
     */
    public static ReplicaConnection open(HostPort master, Access access, Runnable whenIdle) throws IOException {
        return new ReplicaConnection(RedisConnection.open(master, access), whenIdle);
    }

    /**
     * Asks for the stream.
     *
     * @param history that of what is there already, {@code ?} if nothing is
     * @param from the offset of the first byte that is missing, -1 if everything is
     * @return the answer, of whatever kind
     */
    public String psync(String history, long from) throws IOException {
        connection.demand("REPLCONF", "capa", "eof", "capa", "psync2");
        heardNanos = System.nanoTime();
        aliveNanos = heardNanos;
        connection.timeout(IDLE_MILLIS);
        connection.input().whenIdle(this::onSilence);
        connection.send(List.of(Command.of("PSYNC", history, from)));
        return line();
    }

    /** The next line; the empty ones before it are signs of life. */
    public String line() throws IOException {
        String line;
        do {
            line = connection.input().line();
            heardNanos = System.nanoTime();
        } while (line.isEmpty());
        return line;
    }

    /**
     * Takes a whole snapshot.
     *
     * @param header the line that announces it
     */
    public void takeSnapshot(String header, Bytes into) throws IOException {
        if (header.startsWith("$EOF:")) {
            untilMark(header.substring(5).getBytes(StandardCharsets.ISO_8859_1), into);
        } else if (header.startsWith("$")) {
            exactly(Long.parseLong(header.substring(1)), into);
        } else {
            throw new IOException(connection.address() + " sends no snapshot: " + header);
        }
    }

    private void exactly(long length, Bytes into) throws IOException {
        byte[] buffer = new byte[READ_BYTES];
        for (long left = length; left > 0; ) {
            int read = connection.input().some(buffer, 0, (int) Math.min(left, buffer.length));
            heardNanos = System.nanoTime();
            into.take(buffer, 0, read);
            left -= read;
        }
    }

    /** The mark is the end of what comes, as the master waits for an acknowledgement behind it. */
    private void untilMark(byte[] mark, Bytes into) throws IOException {
        if (mark.length != END_MARK_BYTES) {
            throw new IOException(connection.address() + " announces an end mark of " + mark.length + " bytes");
        }
        byte[] buffer = new byte[READ_BYTES];
        int held = 0;
        while (true) {
            held += connection.input().some(buffer, held, buffer.length - held);
            heardNanos = System.nanoTime();
            if (held < END_MARK_BYTES) {
                continue;
            }
            int before = held - END_MARK_BYTES;
            into.take(buffer, 0, before);
            if (Arrays.equals(buffer, before, held, mark, 0, END_MARK_BYTES)) {
                return;
            }
            System.arraycopy(buffer, before, buffer, 0, END_MARK_BYTES);
            held = END_MARK_BYTES;
        }
    }

    /** Has the stream begin, which {@link #input} is from now on. Call {@link #heard} for what comes. */
    public void beginStream() throws IOException {
        streams = true;
        sayAlive();
    }

    public WireInput input() {
        return connection.input();
    }

    /** Notes that the master lives, and tells it the same now and then. */
    public void heard() throws IOException {
        heardNanos = System.nanoTime();
        if (heardNanos - aliveNanos > ALIVE_NANOS) {
            sayAlive();
        }
    }

    private void onSilence() throws IOException {
        if (System.nanoTime() - heardNanos > SILENCE_NANOS) {
            throw new EOFException("no sign of life for " + TimeUnit.NANOSECONDS.toSeconds(SILENCE_NANOS) + " s");
        }
        if (System.nanoTime() - aliveNanos > ALIVE_NANOS) {
            sayAlive();
        }
        whenIdle.run();
    }

    /**
     * Keeps the master from giving up on its replica, also while that waits for a snapshot. An acknowledgement must not
     * come before the snapshot has: the stream would begin right behind it, and its end would not be found.
     */
    private void sayAlive() throws IOException {
        connection.sendRaw(streams ? ALIVE : WAITING);
        aliveNanos = System.nanoTime();
    }

    @Override
    public void close() {
        connection.close();
    }
}
