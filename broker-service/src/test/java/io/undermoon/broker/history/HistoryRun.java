package io.undermoon.broker.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.broker.history.Operation.Kind;
import io.undermoon.broker.history.Operation.Result;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.storage.MetadataStorage;
import io.undermoon.broker.testing.TestMetadata;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

/**
 * Several brokers over one storage that get conflicting requests while brokers are killed and paused, and the storage
 * fails in its own ways. The long form: {@code -Dundermoon.history.requests=10000}, with {@code
 * -Dundermoon.history.seed=…} for other faults.
 */
final class HistoryRun {
    private static final Logger LOG = Logger.getLogger(HistoryRun.class);
    private static final int REQUESTS = Integer.getInteger("undermoon.history.requests", 600);
    private static final long SEED = Long.getLong("undermoon.history.seed", 1);
    private static final int CLIENTS = 6;
    private static final int OBJECTS = 8;

    private final Path directory;
    private final SharedStorage storage;
    private final int brokerNumber;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final History history = new History();
    private final List<BrokerProcess> brokers = new ArrayList<>();
    private final AtomicInteger left = new AtomicInteger(REQUESTS);

    /** A permit for each request that was answered. */
    private final Semaphore answered = new Semaphore(0);

    /** What the brokers share. */
    interface SharedStorage {
        /** The arguments of a {@link HistoryBroker}. */
        List<String> arguments();

        MetadataStorage open();

        /** How many kinds of faults there are. */
        int faults();

        /** Lets something fail for a moment. */
        void fail(int kind, SplittableRandom random, Pause pause) throws IOException, InterruptedException;
    }

    /** Lets some more requests be answered, or as many as are in a time while they cannot be. */
    @FunctionalInterface
    interface Pause {
        void untilAnswered(long mostMillis) throws InterruptedException;
    }

    /** @param directory for the logs */
    HistoryRun(Path directory, SharedStorage storage, int brokerNumber) {
        this.directory = directory;
        this.storage = storage;
        this.brokerNumber = brokerNumber;
    }

    /** Fails unless the history is linearisable and has every acknowledged change. */
    void verify() throws Exception {
        try {
            for (int broker = 0; broker < brokerNumber; broker++) {
                brokers.add(new BrokerProcess(storage.arguments(), directory.resolve("broker" + broker + ".log")));
            }
            run();
            Metadata last = lastValue();
            Set<Integer> objects = IntStream.range(0, OBJECTS)
                    .filter(object -> last.allProxies().containsKey(TestMetadata.proxy(object)))
                    .boxed()
                    .collect(Collectors.toSet());
            LOG.infof(
                    "History: seed=%d changes=%d present=%d absent=%d unknown=%d failed=%d epoch=%s",
                    SEED,
                    history.count(Result.DONE),
                    history.count(Result.PRESENT),
                    history.count(Result.ABSENT),
                    history.count(Result.UNKNOWN),
                    history.count(Result.FAILED),
                    last.globalEpoch());
            assertThat(history.violations(objects, last.globalEpoch().value()))
                    .as("seed %d", SEED)
                    .isEmpty();
            assertThat(history.count(Result.DONE)).isGreaterThan(REQUESTS / 20);
        } finally {
            for (BrokerProcess broker : brokers) {
                broker.close();
            }
        }
    }

    private void run() throws Exception {
        for (BrokerProcess broker : brokers) {
            await().atMost(Duration.ofSeconds(30)).until(() -> succeeds(broker));
        }
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                SplittableRandom requests = new SplittableRandom(SEED * CLIENTS + client);
                clients.add(CompletableFuture.runAsync(() -> request(requests), threads));
            }
            CompletableFuture<Void> all = CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new));
            while (!all.isDone()) {
                fault();
            }
            all.orTimeout(1, TimeUnit.MINUTES).join();
        } finally {
            threads.shutdownNow();
        }
        left.set(0);
        for (BrokerProcess broker : brokers) {
            await().atMost(Duration.ofSeconds(30)).until(() -> succeeds(broker));
        }
    }

    private void request(SplittableRandom requests) {
        while (left.get() > 0) {
            BrokerProcess broker = brokers.get(requests.nextInt(brokers.size()));
            try (BrokerProcess.Connection connection = broker.connect()) {
                Operation last;
                do {
                    left.decrementAndGet();
                    last = connection.send(Kind.values()[requests.nextInt(3)], requests.nextInt(OBJECTS));
                    history.add(last);
                    answered.release();
                } while (left.get() > 0
                        && last.result() != Result.UNKNOWN
                        && last.result() != Result.FAILED
                        && requests.nextInt(10) > 0);
                if (last.result() == Result.FAILED) {
                    // The storage is away, which is said at once.
                    awaitAnswer(broker);
                }
            } catch (IOException e) {
                // Killed, or still starting.
                awaitAnswer(broker);
            }
        }
    }

    private boolean succeeds(BrokerProcess broker) {
        try (BrokerProcess.Connection connection = broker.connect()) {
            Operation read = connection.send(Kind.READ, 0);
            history.add(read);
            return read.hasEpoch();
        } catch (IOException e) {
            return false;
        }
    }

    private Metadata lastValue() {
        try (MetadataStorage opened = storage.open()) {
            return opened.load().state();
        }
    }

    /** A client comes back to a broker that could not answer when that can again. */
    private void awaitAnswer(BrokerProcess broker) {
        await().atMost(Duration.ofMinutes(1)).until(() -> left.get() <= 0 || succeeds(broker));
    }

    /** One fault after the other, each for a moment. */
    private void fault() throws IOException, InterruptedException {
        awaitRequests(500);
        BrokerProcess broker = brokers.get(random.nextInt(brokers.size()));
        int kind = random.nextInt(2 + storage.faults());
        switch (kind) {
            case 0 -> {
                broker.kill();
                broker.restart();
            }
            case 1 -> {
                broker.signal("STOP");
                awaitRequests(1500);
                broker.signal("CONT");
            }
            default -> storage.fail(kind - 2, random, this::awaitRequests);
        }
    }

    private void awaitRequests(long mostMillis) throws InterruptedException {
        answered.drainPermits();
        if (!answered.tryAcquire(random.nextInt(5, 60), mostMillis, TimeUnit.MILLISECONDS)) {
            LOG.debugf("Too few requests were answered: limit_ms=%d", mostMillis);
        }
    }
}
