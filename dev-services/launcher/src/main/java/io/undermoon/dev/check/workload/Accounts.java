package io.undermoon.dev.check.workload;

import io.undermoon.dev.check.Findings;
import io.undermoon.dev.check.Keyspace;
import io.undermoon.dev.check.View;
import io.undermoon.dev.clusterclient.Outcome;
import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.resp.RespValue;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Pairs of numbers whose sum is always 0, each in one slot with a count of the transfers between them. A read of both
 * that finds another sum has seen a part of a transfer, or one key without the other.
 */
final class Accounts {
    static final int PAIRS = 128;

    private final Keyspace keys;
    private final String workload;
    private final AtomicLongArray acknowledged = new AtomicLongArray(PAIRS);
    private final AtomicLongArray unknown = new AtomicLongArray(PAIRS);

    Accounts(Keyspace keys, String workload) {
        this.keys = keys;
        this.workload = workload;
    }

    String left(int pair) {
        return keys.key(workload, pair, "left");
    }

    String right(int pair) {
        return keys.key(workload, pair, "right");
    }

    String count(int pair) {
        return keys.key(workload, pair, "count");
    }

    long acknowledged(int pair) {
        return acknowledged.get(pair);
    }

    void record(int pair, Outcome outcome) {
        if (outcome instanceof Outcome.Acknowledged) {
            acknowledged.incrementAndGet(pair);
        } else if (outcome instanceof Outcome.Unknown) {
            unknown.incrementAndGet(pair);
        }
    }

    /**
     * @param reply left, right and count, read at once
     * @param atLeast how many transfers were acknowledged before
     */
    void compare(int pair, RespValue reply, long atLeast, Findings into) {
        List<RespValue> values = Reply.items(reply);
        long left = Reply.numberOrZero(values.get(0));
        long right = Reply.numberOrZero(values.get(1));
        long count = Reply.numberOrZero(values.get(2));
        if (left + right != 0) {
            into.add(workload, left(pair), "is " + left + " while its counterpart is " + right);
        }
        if (count < atLeast) {
            into.add(workload, count(pair), "counts " + count + " transfers instead of at least " + atLeast);
        }
    }

    void verify(View view, Findings into) {
        for (int i = 0; i < PAIRS; i++) {
            int pair = i;
            view.read(left(i), "MGET", left(i), right(i), count(i)).ifPresent(reply -> {
                compare(pair, reply, acknowledged.get(pair), into);
                long count = Reply.numberOrZero(Reply.items(reply).get(2));
                long highest = acknowledged.get(pair) + unknown.get(pair);
                if (count > highest) {
                    into.add(workload, count(pair), "counts " + count + " transfers instead of at most " + highest);
                }
            });
        }
    }
}
