package io.undermoon.dev.check.workload;

import io.undermoon.dev.check.Findings;
import io.undermoon.dev.check.Keyspace;
import io.undermoon.dev.check.View;
import io.undermoon.dev.check.Workload;
import io.undermoon.dev.clusterclient.ClusterClient;
import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.Outcome;
import io.undermoon.dev.clusterclient.Reply;
import io.undermoon.resp.RespValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Big strings, one for each writer, that are replaced and read whole. Their bytes follow from the number of the
 * version.
 */
final class LargeValues implements Workload {
    private final String name;
    private final int bytes;
    private final int weight;
    private final int maxWriters;
    private final Keyspace keys;
    private final Findings findings;
    private final List<Own> writers = new ArrayList<>();

    /** @param maxWriters further writers do nothing */
    LargeValues(String name, int bytes, int weight, int maxWriters, Keyspace keys, Findings findings) {
        this.name = name;
        this.bytes = bytes;
        this.weight = weight;
        this.maxWriters = maxWriters;
        this.keys = keys;
        this.findings = findings;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int weight() {
        return weight;
    }

    @Override
    public Writer writer(int number, SplittableRandom random) {
        if (number >= maxWriters) {
            return client -> {};
        }
        Own own = new Own(new OwnKeys(keys, name, number, 1), random);
        writers.add(own);
        return own;
    }

    @Override
    public void verify(View view, Findings into) {
        for (Own own : writers) {
            String key = own.names.name(0);
            view.read(key, "GET", key).ifPresent(reply -> compare(key, own.version, reply, into));
        }
    }

    private void compare(String key, long version, RespValue reply, Findings into) {
        if (version == 0) {
            if (!Reply.isNull(reply)) {
                into.add(name, key, "is there and was never written");
            }
        } else if (Reply.isNull(reply)) {
            into.add(name, key, "is lost");
        } else if (!Arrays.equals(Reply.bytes(reply), content(version))) {
            into.add(name, key, "has other bytes than those of version " + version);
        }
    }

    private byte[] content(long version) {
        byte[] content = new byte[bytes];
        new SplittableRandom(version).nextBytes(content);
        return content;
    }

    private final class Own implements Writer {
        private final OwnKeys names;
        private final SplittableRandom random;

        /** What the present name has; 0 for nothing. */
        private long version;

        private long next = 1;

        Own(OwnKeys names, SplittableRandom random) {
            this.names = names;
            this.random = random;
        }

        @Override
        public void step(ClusterClient client) {
            String key = names.name(0);
            if (version > 0 && random.nextBoolean()) {
                if (client.call(key, Command.of("GET", key)) instanceof Outcome.Acknowledged done) {
                    compare(key, version, done.reply(), findings);
                }
                return;
            }
            long written = next++;
            Outcome outcome = client.call(key, Command.of("SET", key, content(written)));
            if (outcome instanceof Outcome.Acknowledged) {
                version = written;
            } else if (outcome instanceof Outcome.Unknown) {
                names.renew(0);
                version = 0;
            }
        }
    }
}
