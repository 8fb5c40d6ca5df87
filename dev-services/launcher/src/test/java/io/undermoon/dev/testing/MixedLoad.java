package io.undermoon.dev.testing;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/**
 * A client whose commands must be executed once and in order: counters, lists, texts that grow, keys that change
 * their names and expire, transactions and scripts over several slots. Goes on until it is told to stop, or the
 * server refuses writes; connects again when the connection is lost.
 */
public final class MixedLoad implements AutoCloseable {
    private static final int KEYS = 1000;
    private static final int FEW = 50;
    private static final int AT_ONCE = 20;
    private static final long RETRY_MILLIS = 50;
    private static final String SCRIPT = "redis.call('INCR', KEYS[1]) redis.call('APPEND', KEYS[2], ARGV[1]) return 1";

    private final Supplier<Jedis> server;
    private Jedis client;
    private final SplittableRandom random;
    private final List<Consumer<Pipeline>> operations;
    private final AtomicLong commands = new AtomicLong();
    private final Thread thread = new Thread(this::run, "mixed-load");
    private volatile boolean stopping;
    private volatile String refusal = "";

    /**
     * @param client closed with the load
     * @param slots whether commands may have keys of several slots
     */
    public MixedLoad(Jedis client, long seed, boolean slots) {
        this(() -> client, seed, slots);
    }

    /**
     * @param server connects to it
     * @param slots whether commands may have keys of several slots
     */
    public MixedLoad(Supplier<Jedis> server, long seed, boolean slots) {
        this.server = server;
        this.client = server.get();
        this.random = new SplittableRandom(seed);
        this.operations = slots ? operations("") : operations("{t}");
    }

    /** @param tag in every key of commands that have several */
    private List<Consumer<Pipeline>> operations(String tag) {
        return List.of(
                p -> p.incr("count:" + key()),
                p -> p.append("text:" + tag + key(), "x" + key()),
                p -> p.lpush("list:" + few(), "i" + key()),
                p -> p.rpop("list:" + few()),
                p -> p.rename("text:" + tag + key(), "text:" + tag + key()),
                p -> p.sadd("set:" + tag + few(), "m" + key()),
                p -> p.smove("set:" + tag + few(), "set:" + tag + few(), "m" + key()),
                p -> p.mset("m:" + tag + key(), "1", "m:" + tag + key(), "2"),
                p -> p.eval(SCRIPT, List.of("n:" + tag + key(), "text:" + tag + key()), List.of("s")),
                p -> p.set("e:" + key(), "5", SetParams.setParams().px(random.nextInt(200, 3000))),
                p -> p.incr("e:" + key()),
                p -> p.copy("text:" + tag + key(), "copy:" + tag + key(), true),
                p -> p.zincrby("z:" + few(), 1, "m" + key()),
                p -> p.sunionstore("u:" + tag + few(), "set:" + tag + few(), "set:" + tag + few()),
                p -> p.hincrBy("h:" + few(), "f" + few(), 3),
                p -> p.expire("h:" + few(), 300),
                p -> p.del("text:" + tag + key()));
    }

    private int key() {
        return random.nextInt(KEYS);
    }

    private int few() {
        return random.nextInt(FEW);
    }

    public MixedLoad start() {
        thread.start();
        return this;
    }

    private void run() {
        try {
            while (!stopping && refusal.isEmpty()) {
                try {
                    burst();
                } catch (JedisConnectionException e) {
                    connect();
                }
                Thread.sleep(2);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void burst() {
        Pipeline pipeline = client.pipelined();
        for (int i = 0; i < AT_ONCE; i++) {
            operations.get(random.nextInt(operations.size())).accept(pipeline);
        }
        for (Object reply : pipeline.syncAndReturnAll()) {
            if (reply instanceof JedisException problem && isFinal(problem)) {
                refusal = String.valueOf(problem.getMessage());
                return;
            }
        }
        commands.addAndGet(AT_ONCE);
    }

    private void connect() throws InterruptedException {
        client.close();
        while (!stopping) {
            try {
                client = server.get();
                client.ping();
                return;
            } catch (JedisException e) {
                Thread.sleep(RETRY_MILLIS);
            }
        }
    }

    /** A name that is not there is no problem. */
    private static boolean isFinal(JedisException problem) {
        return !String.valueOf(problem.getMessage()).startsWith("ERR no such key");
    }

    /** How many commands have been answered. */
    public long commands() {
        return commands.get();
    }

    /** The error that ended it; empty for none. */
    public String refusal() {
        return refusal;
    }

    public void stop() throws InterruptedException {
        stopping = true;
        thread.join();
    }

    /** Waits until the server refuses writes. */
    public void awaitEnd() throws InterruptedException {
        thread.join(20_000);
    }

    @Override
    public void close() throws InterruptedException {
        stop();
        client.close();
    }
}
