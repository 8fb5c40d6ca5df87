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

/** {@code SADD} of members that are never added twice, to keys that all writers share. */
final class UniqueSets implements Workload {
    private static final int KEYS = 64;

    private final Keyspace keys;
    private final Findings findings;
    private final List<Appends> appends = new ArrayList<>();

    UniqueSets(Keyspace keys, Findings findings) {
        this.keys = keys;
        this.findings = findings;
    }

    @Override
    public String name() {
        return "set";
    }

    @Override
    public int weight() {
        return 1500;
    }

    @Override
    public Writer writer(int number, SplittableRandom random) {
        Appends own = new Appends(number);
        appends.add(own);
        return client -> {
            String key = key(random.nextInt(KEYS));
            String member = own.nextElement();
            Outcome outcome = client.call(key, Command.of("SADD", key, member));
            own.record(key, member, outcome);
            if (outcome instanceof Outcome.Acknowledged done && Reply.number(done.reply()) != 1) {
                findings.add(name(), key, "new member " + member + " was there already");
            }
        };
    }

    @Override
    public void verify(View view, Findings into) {
        for (int i = 0; i < KEYS; i++) {
            String key = key(i);
            view.read(key, "SMEMBERS", key)
                    .ifPresent(found ->
                            Appends.compare(appends, key, Reply.texts(found), text -> into.add(name(), key, text)));
        }
    }

    private String key(int i) {
        return keys.key(name(), i);
    }
}
