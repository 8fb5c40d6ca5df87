package io.undermoon.dev.check.workload;

import io.undermoon.dev.check.Findings;
import io.undermoon.dev.check.Keyspace;
import io.undermoon.dev.check.View;
import io.undermoon.dev.check.Workload;
import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.Outcome;
import io.undermoon.dev.clusterclient.Reply;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * {@code INCRBY} of keys that all writers share. A value is never below what was acknowledged, never goes back, and in
 * the end is at most what was acknowledged and what is unknown together: an increment executed twice is found as well
 * as one that is lost.
 */
final class Counters implements Workload {
    private static final int KEYS = 256;
    private static final int MAX_INCREMENT = 9;

    private final Keyspace keys;
    private final Findings findings;
    private final AtomicLongArray acknowledged = new AtomicLongArray(KEYS);
    private final AtomicLongArray unknown = new AtomicLongArray(KEYS);

    Counters(Keyspace keys, Findings findings) {
        this.keys = keys;
        this.findings = findings;
    }

    @Override
    public String name() {
        return "counter";
    }

    @Override
    public int weight() {
        return 2000;
    }

    @Override
    public Writer writer(int number, SplittableRandom random) {
        long[] seen = new long[KEYS];
        return client -> {
            int i = random.nextInt(KEYS);
            int increment = 1 + random.nextInt(MAX_INCREMENT);
            long atLeast = Math.max(seen[i], acknowledged.get(i)) + increment;
            Outcome outcome = client.call(key(i), Command.of("INCRBY", key(i), increment));
            if (outcome instanceof Outcome.Acknowledged done) {
                long value = Reply.number(done.reply());
                acknowledged.addAndGet(i, increment);
                seen[i] = value;
                if (value < atLeast) {
                    findings.add(name(), key(i), "INCRBY answered " + value + " instead of at least " + atLeast);
                }
            } else if (outcome instanceof Outcome.Unknown) {
                unknown.addAndGet(i, increment);
            }
        };
    }

    @Override
    public void verify(View view, Findings into) {
        for (int i = 0; i < KEYS; i++) {
            String key = key(i);
            long lowest = acknowledged.get(i);
            long highest = lowest + unknown.get(i);
            view.read(key, "GET", key).map(Reply::numberOrZero).ifPresent(value -> {
                if (value < lowest || value > highest) {
                    into.add(name(), key, "is " + value + " and not within " + lowest + "-" + highest);
                }
            });
        }
    }

    private String key(int i) {
        return keys.key(name(), i);
    }
}
