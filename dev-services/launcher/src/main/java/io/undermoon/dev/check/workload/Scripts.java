package io.undermoon.dev.check.workload;

import io.undermoon.dev.check.Findings;
import io.undermoon.dev.check.Keyspace;
import io.undermoon.dev.check.View;
import io.undermoon.dev.check.Workload;
import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.Outcome;
import java.util.SplittableRandom;

/** Transfers by {@code EVAL}, read by scripts or by {@code MGET}: always whole. */
final class Scripts implements Workload {
    private static final int MAX_AMOUNT = 100;
    private static final int KEYS = 3;
    private static final String TRANSFER = "return {redis.call('DECRBY', KEYS[1], ARGV[1]),"
            + " redis.call('INCRBY', KEYS[2], ARGV[1]), redis.call('INCR', KEYS[3])}";
    private static final String READ = "return redis.call('MGET', KEYS[1], KEYS[2], KEYS[3])";

    private final Findings findings;
    private final Accounts accounts;

    Scripts(Keyspace keys, Findings findings) {
        this.findings = findings;
        this.accounts = new Accounts(keys, name());
    }

    @Override
    public String name() {
        return "script";
    }

    @Override
    public int weight() {
        return 1500;
    }

    @Override
    public Writer writer(int number, SplittableRandom random) {
        return client -> {
            int pair = random.nextInt(Accounts.PAIRS);
            String left = accounts.left(pair);
            String right = accounts.right(pair);
            String count = accounts.count(pair);
            long atLeast = accounts.acknowledged(pair);
            Outcome outcome = switch (random.nextInt(4)) {
                case 0 -> client.call(left, Command.of("MGET", left, right, count));
                case 1 -> client.call(left, Command.of("EVAL", READ, KEYS, left, right, count));
                default -> {
                    int amount = 1 + random.nextInt(MAX_AMOUNT);
                    Outcome transfer =
                            client.call(left, Command.of("EVAL", TRANSFER, KEYS, left, right, count, amount));
                    accounts.record(pair, transfer);
                    yield transfer;
                }
            };
            if (outcome instanceof Outcome.Acknowledged done) {
                accounts.compare(pair, done.reply(), atLeast, findings);
            }
        };
    }

    @Override
    public void verify(View view, Findings into) {
        accounts.verify(view, into);
    }
}
