package io.undermoon.dev.check.workload;

import io.undermoon.dev.clusterclient.ClusterClient;
import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.Outcome;
import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.resp.RespValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** What the consumers of one stream's group were given, and what they have acknowledged. Thread-safe. */
final class Deliveries {
    private static final int ATTEMPTS_TO_SETTLE = 100;
    private static final int SETTLE_BATCH = 1000;

    /** What is known of an entry that was delivered. */
    enum State {
        DELIVERED,
        ACKNOWLEDGED,
        /** {@code XACK} was sent and its outcome is unknown. */
        OPEN
    }

    private final String key;
    private final Consumer<String> wrong;
    private final Map<String, State> entries = new ConcurrentHashMap<>();

    /** Reads of which the reply was lost: their entries may be with a consumer that does not know of them. */
    private final AtomicInteger lostReads = new AtomicInteger();

    Deliveries(String key, Consumer<String> wrong) {
        this.key = key;
        this.wrong = wrong;
    }

    Map<String, State> entries() {
        return entries;
    }

    /** Reads new entries and acknowledges them; false if nothing is known to be left. */
    boolean consume(ClusterClient client, int consumer, int count) {
        Outcome outcome = client.call(key, read(consumer, count, ">"));
        if (outcome instanceof Outcome.Acknowledged done) {
            List<String> ids = ids(done.reply());
            for (String id : ids) {
                if (entries.put(id, State.DELIVERED) != null) {
                    wrong.accept("entry " + id + " was delivered more than once");
                }
            }
            acknowledge(client, ids, true);
            return !ids.isEmpty();
        }
        if (outcome instanceof Outcome.Unknown) {
            lostReads.incrementAndGet();
        }
        return true;
    }

    /** Has everything delivered and acknowledged; gives up after many attempts, with a finding. */
    void settle(ClusterClient client, int consumers) {
        int attempts = 0;
        for (int consumer = 0; consumer < consumers; consumer++) {
            while (recover(client, consumer) && attempts < ATTEMPTS_TO_SETTLE) {
                attempts++;
            }
        }
        while (consume(client, 0, SETTLE_BATCH) && attempts < ATTEMPTS_TO_SETTLE) {
            attempts++;
        }
        if (attempts >= ATTEMPTS_TO_SETTLE) {
            wrong.accept("entries cannot be read and acknowledged to the last");
        }
    }

    /** Acknowledges what is pending for a consumer, as its history says; false if nothing is known to be left. */
    private boolean recover(ClusterClient client, int consumer) {
        if (!(client.call(key, read(consumer, SETTLE_BATCH, "0")) instanceof Outcome.Acknowledged done)) {
            return true;
        }
        List<String> ids = ids(done.reply());
        for (String id : ids) {
            State state = entries.putIfAbsent(id, State.DELIVERED);
            if (state == State.ACKNOWLEDGED) {
                wrong.accept("entry " + id + " is pending after it was acknowledged");
            } else if (state == null && lostReads.get() == 0) {
                wrong.accept("entry " + id + " is pending and was never delivered");
            }
        }
        acknowledge(client, ids, false);
        return !ids.isEmpty();
    }

    private void acknowledge(ClusterClient client, List<String> ids, boolean exact) {
        if (ids.isEmpty()) {
            return;
        }
        List<Object> command = new ArrayList<>(List.of("XACK", key, Streams.GROUP));
        command.addAll(ids);
        Outcome outcome = client.call(key, Command.of(command.toArray()));
        if (outcome instanceof Outcome.Acknowledged done) {
            long known = Reply.number(done.reply());
            if (exact && known != ids.size()) {
                wrong.accept("XACK knew " + known + " of " + ids.size() + " entries as pending");
            }
            ids.forEach(id -> entries.put(id, State.ACKNOWLEDGED));
        } else if (outcome instanceof Outcome.Unknown) {
            ids.forEach(id -> entries.put(id, State.OPEN));
        }
    }

    private Command read(int consumer, int count, String from) {
        return Command.of("XREADGROUP", "GROUP", Streams.GROUP, "c" + consumer, "COUNT", count, "STREAMS", key, from);
    }

    /** The reply is an array of streams, here one; of each its name and its entries; of each an id and its fields. */
    private static List<String> ids(RespValue reply) {
        List<String> ids = new ArrayList<>();
        for (RespValue stream : Reply.items(reply)) {
            for (RespValue entry : Reply.items(Reply.items(stream).get(1))) {
                ids.add(Reply.text(Reply.items(entry).get(0)));
            }
        }
        return ids;
    }
}
