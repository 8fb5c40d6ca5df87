package io.undermoon.proxy.session;

import static io.undermoon.proxy.testing.Replies.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.undermoon.proxy.testing.RedisServerProcess;
import io.undermoon.proxy.testing.RespConnection;
import io.undermoon.proxy.testing.TwoMasters;
import io.undermoon.proxy.testing.TwoMasters.Layout;
import io.undermoon.resp.RespValue;
import io.undermoon.resp.RespWriter;
import io.undermoon.slot.SlotRanges;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * Clients pipeline numbered commands while slots go back and forth between two masters at random, without their keys.
 * Every command is answered once and in its place, and takes effect once, at one of the masters, if its answer says so.
 */
class SwappedMetadataIT {
    private static final String SEED = "undermoon.swap.seed";
    private static final int CLIENTS = 4;
    private static final int ROUNDS = 30;
    private static final int COMMANDS = 200;
    private static final int COMMANDS_PER_SWAP = 40;
    private static final int KEYS = 6;
    private static final int LIMIT_SECONDS = 120;

    /** What a command may be answered with that had no effect. */
    private static final String REFUSED =
            "MOVED .*|TRYAGAIN .*|CLUSTERDOWN .*|CROSSSLOT .*|ERR_TOO_MANY_REDIRECTIONS.*";

    private final long seed = Long.getLong(SEED, 20261121);

    @Test
    void with_both_masters_behind_one_proxy() throws Exception {
        run(Layout.ONE_PROXY, true);
    }

    /**
     * While proxies do not agree, commands may take ways of different length; then no order at the master is promised.
     */
    @Test
    void with_active_redirection_between_two_proxies() throws Exception {
        run(Layout.TWO_PROXIES, false);
    }

    private void run(Layout layout, boolean inOrder) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, List<Long>> acknowledged = new HashMap<>();
        try (TwoMasters cluster = new TwoMasters(layout)) {
            ExecutorService threads = Executors.newFixedThreadPool(CLIENTS + 1);
            try {
                AtomicBoolean stop = new AtomicBoolean();
                Semaphore progress = new Semaphore(0);
                SplittableRandom slots = random.split();
                Future<?> swapper = threads.submit(() -> swap(cluster, slots, progress, stop));
                List<Future<Map<String, List<Long>>>> clients = new ArrayList<>();
                for (int i = 0; i < CLIENTS; i++) {
                    clients.add(threads.submit(new PipeliningClient(cluster, i, random.split(), progress)));
                }
                for (Future<Map<String, List<Long>>> client : clients) {
                    acknowledged.putAll(client.get(LIMIT_SECONDS, TimeUnit.SECONDS));
                }
                stop.set(true);
                progress.release();
                swapper.get(LIMIT_SECONDS, TimeUnit.SECONDS);
            } finally {
                threads.shutdownNow();
            }
            check(cluster, acknowledged, inOrder);
        }
    }

    /**
     * Gives slots up to a random one to one master and the rest to the other, again whenever clients have got some
     * replies.
     */
    private static Void swap(TwoMasters cluster, SplittableRandom random, Semaphore progress, AtomicBoolean stop)
            throws InterruptedException {
        while (!stop.get()) {
            progress.acquire();
            int last = random.nextInt(16383);
            SlotRanges first = SlotRanges.of(0, last);
            SlotRanges second = SlotRanges.of(last + 1, 16383);
            boolean isLowFirst = random.nextBoolean();
            cluster.divide(isLowFirst ? first : second, isLowFirst ? second : first);
        }
        return null;
    }

    private void check(TwoMasters cluster, Map<String, List<Long>> acknowledged, boolean inOrder) {
        assertThat(acknowledged).hasSize(CLIENTS * KEYS);
        acknowledged.forEach((key, numbers) -> {
            List<Long> found = new ArrayList<>();
            for (RedisServerProcess master : List.of(cluster.low, cluster.high)) {
                List<Long> here = elements(master, key);
                if (inOrder) {
                    assertThat(here).as("%s at one master, seed %d", key, seed).isSorted();
                }
                found.addAll(here);
            }
            assertThat(found).as("%s, seed %d", key, seed).containsExactlyInAnyOrderElementsOf(numbers);
        });
    }

    private static List<Long> elements(RedisServerProcess master, String key) {
        try (RespConnection connection = master.connect()) {
            RespValue.Array elements = (RespValue.Array) connection.call("LRANGE", key, "0", "-1");
            return elements.items().stream()
                    .map(element -> Long.valueOf(text(element)))
                    .toList();
        }
    }

    /** Sends commands in bursts; returns which number was taken into which list. */
    private final class PipeliningClient implements Callable<Map<String, List<Long>>> {
        private final TwoMasters cluster;
        private final int id;
        private final SplittableRandom random;
        private final Semaphore progress;
        private final Map<String, List<Long>> acknowledged = new HashMap<>();
        private long number;

        PipeliningClient(TwoMasters cluster, int id, SplittableRandom random, Semaphore progress) {
            this.cluster = cluster;
            this.id = id;
            this.random = random;
            this.progress = progress;
        }

        @Override
        public Map<String, List<Long>> call() {
            int port = cluster.proxies.get(id % cluster.proxies.size()).port();
            try (RespConnection connection = RespConnection.to(port)) {
                for (int round = 0; round < ROUNDS; round++) {
                    List<List<String>> commands = new ArrayList<>();
                    ByteBuf pipeline = Unpooled.buffer();
                    for (int i = 0; i < COMMANDS; i++) {
                        List<String> command = command();
                        commands.add(command);
                        RespWriter.command(pipeline, command);
                    }
                    connection.sendBytes(pipeline);
                    for (int i = 0; i < COMMANDS; i++) {
                        take(commands.get(i), connection.receive());
                        if (i % COMMANDS_PER_SWAP == 0) {
                            progress.release();
                        }
                    }
                }
            }
            return acknowledged;
        }

        private List<String> command() {
            return switch (random.nextInt(8)) {
                case 0 -> List.of("ECHO", Long.toString(++number));
                case 1 -> keys("MGET", "");
                case 2 -> keys("MSET", "v");
                case 3 -> keys("DEL", "");
                default -> List.of("RPUSH", "list:" + id + ":" + random.nextInt(KEYS), Long.toString(++number));
            };
        }

        private List<String> keys(String command, String value) {
            List<String> words = new ArrayList<>(List.of(command));
            for (int i = 0; i < 3; i++) {
                words.add("string:" + id + ":" + i);
                words.addAll(value.isEmpty() ? List.of() : List.of(value));
            }
            return words;
        }

        private void take(List<String> command, RespValue reply) {
            String as = command + " seed " + seed;
            if (reply instanceof RespValue.Failure failure) {
                assertThat(failure.text()).as(as).matches(REFUSED);
                assertThat(command.get(0)).isNotEqualTo("ECHO");
                return;
            }
            switch (command.get(0)) {
                case "ECHO" -> assertThat(text(reply)).as(as).isEqualTo(command.get(1));
                case "MGET" ->
                    assertThat(((RespValue.Array) reply).items()).as(as).hasSize(3);
                case "MSET" -> assertThat(text(reply)).as(as).isEqualTo("OK");
                case "DEL" -> assertThat(((RespValue.Int) reply).value()).as(as).isBetween(0L, 3L);
                default -> {
                    assertThat(reply).as(as).isInstanceOf(RespValue.Int.class);
                    acknowledged
                            .computeIfAbsent(command.get(1), key -> new ArrayList<>())
                            .add(Long.valueOf(command.get(2)));
                }
            }
        }
    }
}
