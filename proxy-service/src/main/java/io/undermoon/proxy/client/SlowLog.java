package io.undermoon.proxy.client;

import io.undermoon.proxy.frame.CommandFrame;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The log of slow commands. One of every {@link #sampleRate} commands is sampled, because copying arguments is
 * expensive. Thread-safe.
 */
public final class SlowLog {
    private static final int MAX_ARGUMENTS = 5;
    private static final int MAX_ARGUMENT_BYTES = 100;

    /**
     * A slow command.
     *
     * @param id ascending over the life of the process
     * @param elapsedNanos from the arrival of the command to its reply
     * @param arguments the first five, each truncated to 100 bytes
     */
    public record Entry(
            long id,
            Instant created,
            long elapsedNanos,
            List<String> arguments,
            long clientId,
            String clientAddress,
            String clientName) {}

    /** A sampled command. */
    public record Sample(Instant created, List<String> arguments, Client client) {}

    private volatile long capacity;
    private final Deque<Entry> entries = new ArrayDeque<>();
    private final AtomicLong nextId = new AtomicLong();
    private volatile long thresholdMicros;
    private volatile long sampleRate;

    /**
     * @param capacity maximum number of entries
     * @param thresholdMicros slower commands are logged; negative logs all sampled commands
     * @param sampleRate one of this many commands is sampled; values below 1 count as 1
     */
    public SlowLog(long capacity, long thresholdMicros, long sampleRate) {
        this.capacity = capacity;
        this.thresholdMicros = thresholdMicros;
        this.sampleRate = sampleRate;
    }

    public long thresholdMicros() {
        return thresholdMicros;
    }

    public void thresholdMicros(long micros) {
        thresholdMicros = micros;
    }

    public long sampleRate() {
        return Math.max(1, sampleRate);
    }

    public void sampleRate(long rate) {
        sampleRate = rate;
    }

    public long capacity() {
        return capacity;
    }

    /** Changes the maximum number of entries; those that are too many now are dropped. */
    public void capacity(long entriesAtMost) {
        synchronized (entries) {
            capacity = entriesAtMost;
            dropTooMany();
        }
    }

    private void dropTooMany() {
        while (entries.size() > capacity) {
            entries.removeLast();
        }
    }

    /** Samples a command. */
    public Sample begin(CommandFrame frame, Client client) {
        List<String> arguments = new ArrayList<>();
        for (int i = 0; i < Math.min(MAX_ARGUMENTS, frame.argumentCount()); i++) {
            arguments.add(printable(frame, i));
        }
        return new Sample(Instant.now(), arguments, client);
    }

    /** Completes a sampled command, which is logged if it was slow. */
    public void end(Sample sample, long elapsedNanos) {
        long threshold = thresholdMicros;
        if (threshold >= 0 && elapsedNanos <= TimeUnit.MICROSECONDS.toNanos(threshold)) {
            return;
        }
        Client client = sample.client();
        Entry entry = new Entry(
                nextId.getAndIncrement(),
                sample.created(),
                elapsedNanos,
                sample.arguments(),
                client.id(),
                client.remoteAddress(),
                client.name());
        synchronized (entries) {
            entries.addFirst(entry);
            dropTooMany();
        }
    }

    /** The newest entries, newest first; all of them when {@code count} is negative. */
    public List<Entry> newest(long count) {
        synchronized (entries) {
            return entries.stream().limit(count < 0 ? capacity : count).toList();
        }
    }

    public int size() {
        synchronized (entries) {
            return entries.size();
        }
    }

    public void reset() {
        synchronized (entries) {
            entries.clear();
        }
    }

    private static String printable(CommandFrame frame, int argument) {
        int length = frame.argumentLength(argument);
        int shown = Math.min(length, MAX_ARGUMENT_BYTES);
        StringBuilder text = new StringBuilder(shown + 16);
        for (int i = 0; i < shown; i++) {
            int c = frame.buffer().getByte(frame.argumentStart(argument) + i) & 0xff;
            if (c >= ' ' && c < 0x7f && c != '\\') {
                text.append((char) c);
            } else {
                text.append(String.format(Locale.ROOT, "\\x%02x", c));
            }
        }
        if (shown < length) {
            text.append('(').append(length).append("bytes)");
        }
        return text.toString();
    }
}
