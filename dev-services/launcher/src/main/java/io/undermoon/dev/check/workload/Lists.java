package io.undermoon.dev.check.workload;

import io.undermoon.dev.check.Findings;
import io.undermoon.dev.check.Keyspace;
import io.undermoon.dev.check.View;
import io.undermoon.dev.check.Workload;
import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.Outcome;
import io.undermoon.dev.clusterclient.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * {@code RPUSH} of unique elements to lists that all writers share: none is lost, none is there twice, and those of
 * each writer are in order.
 */
final class Lists implements Workload {
    private static final int KEYS = 64;

    private final Keyspace keys;
    private final Findings findings;
    private final List<Appends> appends = new ArrayList<>();

    Lists(Keyspace keys, Findings findings) {
        this.keys = keys;
        this.findings = findings;
    }

    @Override
    public String name() {
        return "list";
    }

    @Override
    public int weight() {
        return 1500;
    }

    @Override
    public Writer writer(int number, SplittableRandom random) {
        Appends own = new Appends(number);
        appends.add(own);
        long[] lengths = new long[KEYS];
        return client -> {
            int i = random.nextInt(KEYS);
            String element = own.nextElement();
            Outcome outcome = client.call(key(i), Command.of("RPUSH", key(i), element));
            own.record(key(i), element, outcome);
            if (outcome instanceof Outcome.Acknowledged done) {
                long length = Reply.number(done.reply());
                if (length <= lengths[i]) {
                    findings.add(name(), key(i), "RPUSH answered length " + length + " after " + lengths[i]);
                }
                lengths[i] = length;
            }
        };
    }

    @Override
    public void verify(View view, Findings into) {
        for (int i = 0; i < KEYS; i++) {
            String key = key(i);
            view.read(key, "LRANGE", key, 0, -1).map(Reply::texts).ifPresent(found -> {
                Appends.compare(appends, key, found, text -> into.add(name(), key, text));
                Appends.compareOrder(appends, key, found, text -> into.add(name(), key, text));
            });
        }
    }

    private String key(int i) {
        return keys.key(name(), i);
    }
}
