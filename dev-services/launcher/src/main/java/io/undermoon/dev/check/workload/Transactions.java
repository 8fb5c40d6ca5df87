package io.undermoon.dev.check.workload;

import io.undermoon.dev.check.Findings;
import io.undermoon.dev.check.Keyspace;
import io.undermoon.dev.check.View;
import io.undermoon.dev.check.Workload;
import io.undermoon.dev.clusterclient.ClusterClient;
import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.Outcome;
import java.util.List;
import java.util.SplittableRandom;

/** Transfers in {@code MULTI} and {@code EXEC}, read in a transaction or by {@code MGET}: always whole. */
final class Transactions implements Workload {
    private static final int MAX_AMOUNT = 100;

    private final Findings findings;
    private final Accounts accounts;

    Transactions(Keyspace keys, Findings findings) {
        this.findings = findings;
        this.accounts = new Accounts(keys, name());
    }

    @Override
    public String name() {
        return "transaction";
    }

    @Override
    public int weight() {
        return 1500;
    }

    @Override
    public Writer writer(int number, SplittableRandom random) {
        return client -> {
            int pair = random.nextInt(Accounts.PAIRS);
            long atLeast = accounts.acknowledged(pair);
            Outcome outcome = switch (random.nextInt(4)) {
                case 0 -> client.call(accounts.left(pair), readAtOnce(pair));
                case 1 -> readInTransaction(client, pair);
                default -> {
                    Outcome transfer = transfer(client, pair, 1 + random.nextInt(MAX_AMOUNT));
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

    private Outcome transfer(ClusterClient client, int pair, int amount) {
        return client.transaction(
                accounts.left(pair),
                List.of(
                        Command.of("DECRBY", accounts.left(pair), amount),
                        Command.of("INCRBY", accounts.right(pair), amount),
                        Command.of("INCR", accounts.count(pair))));
    }

    private Outcome readInTransaction(ClusterClient client, int pair) {
        return client.transaction(
                accounts.left(pair),
                List.of(
                        Command.of("GET", accounts.left(pair)),
                        Command.of("GET", accounts.right(pair)),
                        Command.of("GET", accounts.count(pair))));
    }

    private Command readAtOnce(int pair) {
        return Command.of("MGET", accounts.left(pair), accounts.right(pair), accounts.count(pair));
    }
}
