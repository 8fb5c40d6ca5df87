package io.undermoon.dev.check.workload;

import io.undermoon.dev.check.Findings;
import io.undermoon.dev.check.Keyspace;
import io.undermoon.dev.check.View;
import io.undermoon.dev.check.Workload;
import io.undermoon.dev.clusterclient.ClusterClient;
import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.Outcome;
import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.dev.plan.LaunchException;
import io.undermoon.resp.RespValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * {@code XADD} to shared streams, and a consumer group whose consumers, one for each writer, read and acknowledge: no
 * entry is lost, each is delivered to one consumer once, and what was acknowledged is not pending.
 */
final class Streams implements Workload {
    static final String GROUP = "group";

    private static final int KEYS = 32;
    private static final int BATCH = 8;
    private static final String FIELD = "e";

    private final Keyspace keys;
    private final Findings findings;
    private final int writers;
    private final List<Appends> appends = new ArrayList<>();
    private final List<Deliveries> deliveries = new ArrayList<>();

    Streams(Keyspace keys, Findings findings, int writers) {
        this.keys = keys;
        this.findings = findings;
        this.writers = writers;
        for (int i = 0; i < KEYS; i++) {
            String key = key(i);
            deliveries.add(new Deliveries(key, text -> findings.add(name(), key, text)));
        }
    }

    @Override
    public String name() {
        return "stream";
    }

    @Override
    public int weight() {
        return 1500;
    }

    @Override
    public void prepare(ClusterClient client) {
        for (int i = 0; i < KEYS; i++) {
            Outcome outcome = client.call(key(i), Command.of("XGROUP", "CREATE", key(i), GROUP, 0, "MKSTREAM"));
            if (!(outcome instanceof Outcome.Acknowledged)) {
                throw new LaunchException("cannot create a consumer group: " + outcome);
            }
        }
    }

    @Override
    public Writer writer(int number, SplittableRandom random) {
        Appends own = new Appends(number);
        appends.add(own);
        return client -> {
            int i = random.nextInt(KEYS);
            if (random.nextInt(3) > 0) {
                String element = own.nextElement();
                own.record(key(i), element, client.call(key(i), Command.of("XADD", key(i), "*", FIELD, element)));
            } else {
                deliveries.get(i).consume(client, number, BATCH);
            }
        };
    }

    @Override
    public void settle(ClusterClient client) {
        deliveries.forEach(delivery -> delivery.settle(client, writers));
    }

    @Override
    public void verify(View view, Findings into) {
        for (int i = 0; i < KEYS; i++) {
            String key = key(i);
            Deliveries delivered = deliveries.get(i);
            view.read(key, "XRANGE", key, "-", "+")
                    .ifPresent(reply -> compare(key, Reply.items(reply), delivered, into));
            view.read(key, "XPENDING", key, GROUP).ifPresent(reply -> {
                long pending = Reply.number(Reply.items(reply).get(0));
                if (pending != 0) {
                    into.add(name(), key, pending + " entries are pending that were acknowledged");
                }
            });
        }
    }

    private void compare(String key, List<RespValue> entries, Deliveries delivered, Findings into) {
        List<String> elements = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (RespValue entry : entries) {
            List<RespValue> parts = Reply.items(entry);
            ids.add(Reply.text(parts.get(0)));
            elements.add(Reply.texts(parts.get(1)).get(1));
        }
        Appends.compare(appends, key, elements, text -> into.add(name(), key, text));
        Appends.compareOrder(appends, key, elements, text -> into.add(name(), key, text));
        Map<String, ?> seen = delivered.entries();
        long missed = ids.stream().filter(id -> !seen.containsKey(id)).count();
        if (missed > 0) {
            into.add(name(), key, missed + " entries were not delivered to any consumer");
        }
    }

    private String key(int i) {
        return keys.key(name(), i);
    }
}
