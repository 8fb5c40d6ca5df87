package io.undermoon.broker.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.undermoon.broker.history.Operation.Kind;
import io.undermoon.broker.history.Operation.Result;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.storage.etcd.EtcdOptions;
import io.undermoon.broker.storage.etcd.EtcdStorage;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.metadata.HostPort;
import io.undermoon.testsupport.EtcdServers;
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
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Several brokers over a real etcd get conflicting requests while brokers and members of etcd are killed and paused.
 * The long form: {@code -Dundermoon.history.requests=10000}, with {@code -Dundermoon.history.seed=…} for other faults.
 */
@EnabledIf("io.undermoon.testsupport.EtcdServers#isInstalled")
class EtcdHistoryTest {
    private static final Logger LOG = Logger.getLogger(EtcdHistoryTest.class);
    private static final int REQUESTS = Integer.getInteger("undermoon.history.requests", 600);
    private static final long SEED = Long.getLong("undermoon.history.seed", 1);
    private static final int CLIENTS = 6;
    private static final int OBJECTS = 8;

    @TempDir
    Path directory;

    private final History history = new History();
    private final List<BrokerProcess> brokers = new ArrayList<>();
    private final AtomicInteger left = new AtomicInteger(REQUESTS);

    /** A permit for each request that was answered. */
    private final Semaphore answered = new Semaphore(0);

    @ParameterizedTest
    @CsvSource({"2, 1", "3, 3"})
    void is_linearisable_and_has_every_acknowledged_change(int brokerNumber, int members) throws Exception {
        try (EtcdServers etcd = EtcdServers.start(directory.resolve("etcd"), members)) {
            List<String> endpoints =
                    IntStream.range(0, members).mapToObj(etcd::address).toList();
            try {
                for (int broker = 0; broker < brokerNumber; broker++) {
                    brokers.add(new BrokerProcess(endpoints, directory.resolve("broker" + broker + ".log")));
                }
                run(new Faults(etcd, members, new SplittableRandom(SEED)));
                Metadata last = lastValue(endpoints);
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
    }

    private void run(Faults faults) throws Exception {
        for (BrokerProcess broker : brokers) {
            await().atMost(Duration.ofSeconds(30)).until(() -> succeeds(broker));
        }
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                SplittableRandom random = new SplittableRandom(SEED * CLIENTS + client);
                clients.add(CompletableFuture.runAsync(() -> request(random), threads));
            }
            CompletableFuture<Void> all = CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new));
            while (!all.isDone()) {
                faults.next();
            }
            all.orTimeout(1, TimeUnit.MINUTES).join();
        } finally {
            threads.shutdownNow();
        }
        faults.end();
        for (BrokerProcess broker : brokers) {
            await().atMost(Duration.ofSeconds(30)).until(() -> succeeds(broker));
        }
    }

    private void request(SplittableRandom random) {
        while (left.get() > 0) {
            BrokerProcess broker = brokers.get(random.nextInt(brokers.size()));
            try (BrokerProcess.Connection connection = broker.connect()) {
                Operation last;
                do {
                    left.decrementAndGet();
                    last = connection.send(Kind.values()[random.nextInt(3)], random.nextInt(OBJECTS));
                    history.add(last);
                    answered.release();
                } while (left.get() > 0
                        && last.result() != Result.UNKNOWN
                        && last.result() != Result.FAILED
                        && random.nextInt(10) > 0);
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

    private static Metadata lastValue(List<String> endpoints) {
        EtcdOptions options = new EtcdOptions(
                endpoints.stream().map(HostPort::parse).toList(), "/history", "", "", Duration.ofSeconds(10));
        try (EtcdStorage storage = new EtcdStorage(options, Metadata.empty(false), null)) {
            return storage.load().state();
        }
    }

    /** A client comes back to a broker that could not answer when that can again. */
    private void awaitAnswer(BrokerProcess broker) {
        await().atMost(Duration.ofMinutes(1)).until(() -> left.get() <= 0 || succeeds(broker));
    }

    /** One fault after the other, each for a moment. */
    private final class Faults {
        private final EtcdServers etcd;
        private final int members;
        private final SplittableRandom random;

        Faults(EtcdServers etcd, int members, SplittableRandom random) {
            this.etcd = etcd;
            this.members = members;
            this.random = random;
        }

        void next() throws IOException, InterruptedException {
            awaitRequests(500);
            BrokerProcess broker = brokers.get(random.nextInt(brokers.size()));
            int member = random.nextInt(members);
            switch (random.nextInt(4)) {
                case 0 -> {
                    broker.kill();
                    broker.restart();
                }
                case 1 -> {
                    broker.signal("STOP");
                    awaitRequests(1500);
                    broker.signal("CONT");
                }
                case 2 -> {
                    etcd.kill(member);
                    awaitRequests(200);
                    etcd.restart(member);
                }
                default -> {
                    etcd.pause(member);
                    awaitRequests(1500);
                    etcd.resume(member);
                }
            }
        }

        /** Lets some more requests be answered, or as many as are in a time while they cannot be. */
        private void awaitRequests(long mostMillis) throws InterruptedException {
            answered.drainPermits();
            if (!answered.tryAcquire(random.nextInt(5, 60), mostMillis, TimeUnit.MILLISECONDS)) {
                LOG.debugf("Too few requests were answered: limit_ms=%d", mostMillis);
            }
        }

        void end() {
            left.set(0);
        }
    }
}
