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
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Keys that are written once, deleted in one of several ways, and looked at again and again: none comes back. */
final class Deletions implements Workload {
    private static final int PLACES = 200;
    private static final int SHARE_OF_LOOKS = 3;

    private final Keyspace keys;
    private final Findings findings;
    private final List<Own> writers = new ArrayList<>();

    Deletions(Keyspace keys, Findings findings) {
        this.keys = keys;
        this.findings = findings;
    }

    @Override
    public String name() {
        return "delete";
    }

    @Override
    public int weight() {
        return 1500;
    }

    @Override
    public Writer writer(int number, SplittableRandom random) {
        Own own = new Own(new OwnKeys(keys, name(), number, PLACES), random);
        writers.add(own);
        return own;
    }

    @Override
    public void verify(View view, Findings into) {
        for (Own own : writers) {
            for (int place = 0; place < PLACES; place++) {
                String key = own.names.name(place);
                Optional<String> wanted = own.values.get(place);
                view.read(key, "GET", key)
                        .ifPresent(reply -> compare(wanted, reply, text -> into.add(name(), key, text)));
            }
        }
    }

    private static void compare(Optional<String> wanted, RespValue reply, Consumer<String> wrong) {
        if (wanted.isEmpty() && !Reply.isNull(reply)) {
            wrong.accept("is back after it was deleted: " + Reply.text(reply));
        } else if (wanted.isPresent() && Reply.isNull(reply)) {
            wrong.accept("is lost; it was " + wanted.get());
        } else if (wanted.isPresent() && !Reply.text(reply).equals(wanted.get())) {
            wrong.accept("is " + Reply.text(reply) + " instead of " + wanted.get());
        }
    }

    private final class Own implements Writer {
        private final OwnKeys names;
        private final SplittableRandom random;
        private final List<Optional<String>> values = new ArrayList<>();
        private long next;

        Own(OwnKeys names, SplittableRandom random) {
            this.names = names;
            this.random = random;
            for (int i = 0; i < names.places(); i++) {
                values.add(Optional.empty());
            }
        }

        @Override
        public void step(ClusterClient client) {
            int place = random.nextInt(names.places());
            String key = names.name(place);
            Optional<String> value = values.get(place);
            if (random.nextInt(SHARE_OF_LOOKS) > 0) {
                if (client.call(key, Command.of("GET", key)) instanceof Outcome.Acknowledged done) {
                    compare(value, done.reply(), text -> findings.add(name(), key, text));
                }
            } else if (value.isPresent()) {
                delete(client, place, key, value.get());
            } else {
                write(client, place, key);
            }
        }

        private void write(ClusterClient client, int place, String key) {
            String value = "v" + next++;
            Outcome outcome = client.call(key, Command.of("SET", key, value, "NX"));
            if (outcome instanceof Outcome.Acknowledged done && Reply.isNull(done.reply())) {
                findings.add(name(), key, "is there before it is written");
                names.renew(place);
            } else {
                note(place, outcome, Optional.of(value));
            }
        }

        private void delete(ClusterClient client, int place, String key, String value) {
            String command = List.of("DEL", "UNLINK", "GETDEL").get(random.nextInt(3));
            Outcome outcome = client.call(key, Command.of(command, key));
            if (outcome instanceof Outcome.Acknowledged done) {
                boolean found = command.equals("GETDEL")
                        ? !Reply.isNull(done.reply())
                                && Reply.text(done.reply()).equals(value)
                        : Reply.number(done.reply()) == 1;
                if (!found) {
                    findings.add(name(), key, command + " did not find " + value);
                }
            }
            note(place, outcome, Optional.empty());
        }

        private void note(int place, Outcome outcome, Optional<String> value) {
            if (outcome instanceof Outcome.Acknowledged) {
                values.set(place, value);
            } else if (outcome instanceof Outcome.Unknown) {
                names.renew(place);
                values.set(place, Optional.empty());
            }
        }
    }
}
