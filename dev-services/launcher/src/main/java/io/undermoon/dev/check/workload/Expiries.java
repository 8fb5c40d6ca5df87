package io.undermoon.dev.check.workload;

import io.undermoon.dev.check.Findings;
import io.undermoon.dev.check.Keyspace;
import io.undermoon.dev.check.View;
import io.undermoon.dev.check.Workload;
import io.undermoon.dev.clusterclient.ClusterClient;
import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.Outcome;
import io.undermoon.dev.clusterclient.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Keys with a time to live, short and long, given with the value ({@code PX}), afterwards ({@code PEXPIRE}, {@code
 * PEXPIREAT}), kept ({@code KEEPTTL}), and removed ({@code PERSIST}): the key exists before its time, not after, and
 * never has another time than was set.
 */
final class Expiries implements Workload {
    private static final int PLACES = 100;

    private final Keyspace keys;
    private final Findings findings;
    private final List<Own> writers = new ArrayList<>();

    Expiries(Keyspace keys, Findings findings) {
        this.keys = keys;
        this.findings = findings;
    }

    @Override
    public String name() {
        return "expiry";
    }

    @Override
    public int weight() {
        return 2000;
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
                Lifetime life = own.lives.get(place);
                long sent = System.nanoTime();
                view.read(key, "PTTL", key)
                        .ifPresent(reply -> life.compareTtl(
                                Reply.number(reply), sent, System.nanoTime(), text -> into.add(name(), key, text)));
                long sentAgain = System.nanoTime();
                view.read(key, "GET", key)
                        .ifPresent(reply -> life.compareValue(
                                reply, sentAgain, System.nanoTime(), text -> into.add(name(), key, text)));
            }
        }
    }

    private final class Own implements Writer {
        private final OwnKeys names;
        private final SplittableRandom random;
        private final List<Lifetime> lives = new ArrayList<>();
        private long next;

        Own(OwnKeys names, SplittableRandom random) {
            this.names = names;
            this.random = random;
            for (int i = 0; i < names.places(); i++) {
                lives.add(Lifetime.NONE);
            }
        }

        @Override
        public void step(ClusterClient client) {
            int place = random.nextInt(names.places());
            Lifetime life = lives.get(place);
            int choice = random.nextInt(100);
            if (choice < 35) {
                readValue(client, place, life);
            } else if (choice < 70) {
                readTtl(client, place, life);
            } else if (life.isOver(System.nanoTime())) {
                create(client, place);
            } else if (!life.isNear(System.nanoTime())) {
                change(client, place, life);
            }
        }

        private void readValue(ClusterClient client, int place, Lifetime life) {
            String key = names.name(place);
            long sent = System.nanoTime();
            if (client.call(key, Command.of("GET", key)) instanceof Outcome.Acknowledged done) {
                life.compareValue(done.reply(), sent, System.nanoTime(), text -> findings.add(name(), key, text));
            }
        }

        private void readTtl(ClusterClient client, int place, Lifetime life) {
            String key = names.name(place);
            long sent = System.nanoTime();
            if (client.call(key, Command.of("PTTL", key)) instanceof Outcome.Acknowledged done) {
                long ttl = Reply.number(done.reply());
                life.compareTtl(ttl, sent, System.nanoTime(), text -> findings.add(name(), key, text));
            }
        }

        /** A value with a TTL, or one without that gets its TTL by one of the next steps. */
        private void create(ClusterClient client, int place) {
            String key = names.name(place);
            String value = "v" + next++;
            if (random.nextInt(4) == 0) {
                note(place, client.call(key, Command.of("SET", key, value)), Lifetime.unending(value));
            } else {
                long ttl = ttl();
                long sent = System.nanoTime();
                Outcome outcome = client.call(key, Command.of("SET", key, value, "PX", ttl));
                note(place, outcome, Lifetime.within(value, sent, System.nanoTime(), ttl));
            }
        }

        private void change(ClusterClient client, int place, Lifetime life) {
            String key = names.name(place);
            long ttl = ttl();
            long sent = System.nanoTime();
            switch (random.nextInt(8)) {
                case 0, 1 -> {
                    Outcome outcome = client.call(key, Command.of("PEXPIRE", key, ttl));
                    expectFound(key, "PEXPIRE", outcome);
                    note(place, outcome, Lifetime.within(life.value(), sent, System.nanoTime(), ttl));
                }
                case 2, 3 -> {
                    Outcome outcome = client.call(key, Command.of("PEXPIREAT", key, System.currentTimeMillis() + ttl));
                    expectFound(key, "PEXPIREAT", outcome);
                    note(place, outcome, Lifetime.within(life.value(), sent, System.nanoTime(), ttl));
                }
                case 4 -> {
                    Outcome outcome = client.call(key, Command.of("PERSIST", key));
                    if (!life.isUnending()) {
                        expectFound(key, "PERSIST", outcome);
                    }
                    note(place, outcome, Lifetime.unending(life.value()));
                }
                case 5, 6 -> {
                    String value = "v" + next++;
                    Outcome outcome = client.call(key, Command.of("SET", key, value, "KEEPTTL"));
                    // A key that has expired meanwhile would be created again, without a time to live.
                    if (life.isNear(System.nanoTime())) {
                        giveUp(place);
                    } else {
                        note(place, outcome, life.withValue(value));
                    }
                }
                default -> note(place, client.call(key, Command.of("DEL", key)), Lifetime.NONE);
            }
        }

        private long ttl() {
            return random.nextInt(3) == 0 ? 3_600_000 + random.nextInt(3_600_000) : 1000 + random.nextInt(4000);
        }

        private void expectFound(String key, String command, Outcome outcome) {
            if (outcome instanceof Outcome.Acknowledged done && Reply.number(done.reply()) != 1) {
                findings.add(
                        name(), key, command + " answered " + Reply.number(done.reply()) + " for a key that lives");
            }
        }

        private void note(int place, Outcome outcome, Lifetime life) {
            if (outcome instanceof Outcome.Acknowledged) {
                lives.set(place, life);
            } else if (outcome instanceof Outcome.Unknown) {
                giveUp(place);
            }
        }

        private void giveUp(int place) {
            names.renew(place);
            lives.set(place, Lifetime.NONE);
        }
    }
}
