package io.undermoon.proxy.client;

import io.netty.buffer.ByteBuf;
import io.undermoon.proxy.acl.Denial;
import io.undermoon.resp.Protocol;
import io.undermoon.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The entries of {@code ACL LOG}: refused commands and logins, newest first. Equal events within one minute share an
 * entry. Thread-safe.
 */
public final class AccessLog {
    private static final int CAPACITY = 128;
    private static final int LOOKED_THROUGH = 10;
    private static final long GROUPED_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int FIELDS = 7;

    /**
     * A refusal.
     *
     * @param object the refused command, key or channel
     */
    record Event(String reason, boolean inTransaction, String object, String user) {}

    private record Entry(Event event, long count, long lastNanos, String client) {}

    private final Deque<Entry> entries = new ArrayDeque<>();

    static String reason(Denial denial) {
        return switch (denial.reason()) {
            case COMMAND -> "command";
            case KEY -> "key";
            case CHANNEL -> "channel";
        };
    }

    /** Adds a refusal. Called on event loops: the lock is short, and the client is described before it is taken. */
    void add(Event event, Client client) {
        add(event, ClientLine.of(client).strip(), System.nanoTime());
    }

    private synchronized void add(Event event, String client, long now) {
        Entry before = removeAlike(event, now);
        long count = before == null ? 1 : before.count() + 1;
        entries.addFirst(new Entry(event, count, now, client));
        if (entries.size() > CAPACITY) {
            entries.removeLast();
        }
    }

    private @Nullable Entry removeAlike(Event event, long now) {
        Iterator<Entry> newest = entries.iterator();
        for (int i = 0; i < LOOKED_THROUGH && newest.hasNext(); i++) {
            Entry entry = newest.next();
            if (entry.event().equals(event) && now - entry.lastNanos() <= GROUPED_NANOS) {
                newest.remove();
                return entry;
            }
        }
        return null;
    }

    public synchronized void reset() {
        entries.clear();
    }

    /** Writes the newest entries as Redis does. */
    public void write(long count, Protocol protocol, ByteBuf out) {
        List<Entry> chosen = newest(count);
        long now = System.nanoTime();
        RespWriter.array(out, chosen.size());
        for (Entry entry : chosen) {
            RespWriter.map(out, protocol, FIELDS);
            RespWriter.bulk(out, "count");
            RespWriter.integer(out, entry.count());
            field("reason", entry.event().reason(), out);
            field("context", entry.event().inTransaction() ? "multi" : "toplevel", out);
            field("object", entry.event().object(), out);
            field("username", entry.event().user(), out);
            RespWriter.bulk(out, "age-seconds");
            RespWriter.decimal(out, protocol, TimeUnit.NANOSECONDS.toMillis(now - entry.lastNanos()) / 1000.0);
            field("client-info", entry.client(), out);
        }
    }

    private synchronized List<Entry> newest(long count) {
        return entries.stream().limit(Math.max(0, count)).toList();
    }

    private static void field(String name, String value, ByteBuf out) {
        RespWriter.bulk(out, name);
        RespWriter.bulk(out, value.getBytes(StandardCharsets.ISO_8859_1));
    }
}
