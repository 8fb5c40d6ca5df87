package io.undermoon.broker.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.plan.Epochs;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.storage.etcd.EtcdOptions;
import io.undermoon.broker.storage.etcd.EtcdStorage;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.HostPort;
import io.undermoon.testsupport.EtcdServers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** A change at one broker wakes those who wait for it at another one, without anything that is done periodically. */
@EnabledIf("io.undermoon.testsupport.EtcdServers#isInstalled")
class EtcdChangeFeedTest {
    private static final Logger LOG = Logger.getLogger(EtcdChangeFeedTest.class);
    private static final int CHANGES = Integer.getInteger("undermoon.feed.changes", 50);
    /** Changes that are not measured, because code is compiled meanwhile. */
    private static final int WARM_UP = CHANGES / 2;

    private static final int PROXIES = Integer.getInteger("undermoon.feed.proxies", 20);

    @TempDir
    Path directory;

    @Test
    void every_broker_is_told_of_each_change() throws Exception {
        try (EtcdServers etcd = EtcdServers.start(directory, 1);
                EtcdStorage first = storage(etcd);
                EtcdStorage second = storage(etcd)) {
            first.compareAndSet(first.load().version(), TestMetadata.withCluster(PROXIES * 2, 0));
            MetadataWriter writer = broker(first);
            MetadataWriter watcher = broker(second);
            long[] micros = new long[CHANGES];
            for (int change = -WARM_UP; change < CHANGES; change++) {
                Epoch before = writer.state().globalEpoch();
                CompletableFuture<Epoch> told = watcher.awaitEpochOtherThan(before, Duration.ofSeconds(30))
                        .toCompletableFuture();
                writer.change((state, context) ->
                        Epochs.liftTo(state, state.globalEpoch().next()));
                long start = System.nanoTime();
                assertThat(told).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(before.next());
                if (change >= 0) {
                    micros[change] = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start);
                }
                assertThat(watcher.state()).isEqualTo(writer.state());
            }
            Arrays.sort(micros);
            LOG.infof(
                    "From the reply to the feed of another broker: changes=%d proxies=%d p50=%dus p99=%dus",
                    CHANGES, PROXIES, micros[CHANGES / 2], micros[CHANGES * 99 / 100]);
        }
    }

    private static MetadataWriter broker(EtcdStorage storage) {
        return new MetadataWriter(storage, new MetadataWriter.Limits(Duration.ofSeconds(60), 1, 0), Clock.systemUTC());
    }

    private static EtcdStorage storage(EtcdServers etcd) {
        return new EtcdStorage(
                new EtcdOptions(List.of(HostPort.parse(etcd.address(0))), "/feed", "", "", Duration.ofSeconds(10)),
                Metadata.empty(false),
                null);
    }
}
