package io.undermoon.dev.check.workload;

import io.undermoon.dev.check.Findings;
import io.undermoon.dev.check.Keyspace;
import io.undermoon.dev.check.View;
import io.undermoon.dev.check.Workload;
import io.undermoon.dev.clusterclient.ClusterClient;
import io.undermoon.dev.clusterclient.Command;
import io.undermoon.dev.clusterclient.Outcome;
import io.undermoon.dev.clusterclient.Reply;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Keys with one writer each and many readers: numbers that only rise. A read never returns a number lower than the last
 * one that was acknowledged before the read began, and the writer itself reads exactly that one.
 */
final class Registers implements Workload {
    private static final int PLACES = 64;

    private final Keyspace keys;
    private final Findings findings;
    private final int writers;
    private final AtomicReferenceArray<Register> registers;

    /** @param acknowledged the last number; 0 while there is no key */
    private record Register(String key, AtomicLong acknowledged) {}

    Registers(Keyspace keys, Findings findings, int writers) {
        this.keys = keys;
        this.findings = findings;
        this.writers = writers;
        this.registers = new AtomicReferenceArray<>(writers * PLACES);
        for (int i = 0; i < registers.length(); i++) {
            registers.set(i, register(i, 0));
        }
    }

    @Override
    public String name() {
        return "register";
    }

    @Override
    public int weight() {
        return 2000;
    }

    @Override
    public Writer writer(int number, SplittableRandom random) {
        AtomicLong next = new AtomicLong();
        return client -> {
            int own = number * PLACES + random.nextInt(PLACES);
            switch (random.nextInt(4)) {
                case 0 -> read(client, registers.get(own), true);
                case 1 -> read(client, registers.get(random.nextInt(writers * PLACES)), false);
                case 2 -> write(client, own, next.incrementAndGet(), false);
                default -> write(client, own, next.incrementAndGet(), true);
            }
        };
    }

    @Override
    public void verify(View view, Findings into) {
        for (int i = 0; i < registers.length(); i++) {
            Register register = registers.get(i);
            view.read(register.key, "GET", register.key)
                    .ifPresent(reply ->
                            compare(register, Reply.numberOrZero(reply), register.acknowledged.get(), true, into));
        }
    }

    private void read(ClusterClient client, Register register, boolean own) {
        long acknowledged = register.acknowledged.get();
        if (client.call(register.key, Command.of("GET", register.key)) instanceof Outcome.Acknowledged done) {
            compare(register, Reply.numberOrZero(done.reply()), acknowledged, own, findings);
        }
    }

    private void write(ClusterClient client, int index, long number, boolean askOld) {
        Register register = registers.get(index);
        Command command =
                askOld ? Command.of("SET", register.key, number, "GET") : Command.of("SET", register.key, number);
        Outcome outcome = client.call(register.key, command);
        if (outcome instanceof Outcome.Acknowledged done) {
            if (askOld) {
                compare(register, Reply.numberOrZero(done.reply()), register.acknowledged.get(), true, findings);
            }
            register.acknowledged.set(number);
        } else if (outcome instanceof Outcome.Unknown) {
            registers.set(index, register(index, number));
        }
    }

    private void compare(Register register, long found, long acknowledged, boolean exact, Findings into) {
        if (found < acknowledged || (exact && found > acknowledged)) {
            into.add(
                    name(),
                    register.key,
                    "is " + found + " (0 for nothing) after " + acknowledged + " was acknowledged");
        }
    }

    /** @param generation another for each name that is given up */
    private Register register(int index, long generation) {
        return new Register(keys.key(name(), index + "-" + generation), new AtomicLong());
    }
}
