package io.undermoon.broker.store;

import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.plan.FailureReports;
import io.undermoon.broker.plan.Outcome;
import io.undermoon.broker.plan.Switchover;
import io.undermoon.broker.state.RolePosition;
import io.undermoon.broker.storage.MemoryStorage;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.metadata.ProxyAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AutoBalanceTest {
    private static final Duration DELAY = Duration.ofSeconds(60);

    private final AtomicLong nanos = new AtomicLong();
    private final MetadataWriter metadata = new MetadataWriter(
            new MemoryStorage(TestMetadata.synced(TestMetadata.withCluster(8, 0))),
            new MetadataWriter.Limits(Duration.ofSeconds(60), 1, 0),
            Clock.systemUTC());
    private final AutoBalance balance = new AutoBalance(metadata, DELAY, nanos::get);

    @Test
    void one_chunk_after_the_other_is_evened_out_when_it_has_been_quiet() {
        skew(0);
        skew(1);
        balance.round();
        after(DELAY.minusMillis(1));
        assertThat(skewed()).isEqualTo(2);
        after(Duration.ofMillis(1));
        assertThat(skewed()).isEqualTo(1);
        after(AutoBalance.PAUSE.minusMillis(1));
        assertThat(skewed()).isEqualTo(1);
        after(Duration.ofMillis(1));
        assertThat(skewed()).isZero();
    }

    @Test
    void whatever_happens_to_a_chunk_begins_its_time_anew() {
        skew(0);
        balance.round();
        after(DELAY.minusMillis(1));
        ProxyAddress half = chunkProxy(0);
        metadata.change((state, context) -> FailureReports.report(state, context, half, "c"));
        after(Duration.ofSeconds(1));
        metadata.change((state, context) -> {
            var edit = state.edit();
            edit.clearReports(half);
            return Outcome.done(edit.done());
        });
        after(Duration.ofSeconds(1));
        after(DELAY.minusMillis(1));
        assertThat(skewed()).isEqualTo(1);
        after(Duration.ofMillis(1));
        assertThat(skewed()).isZero();
    }

    private void after(Duration time) {
        nanos.addAndGet(time.toNanos());
        balance.round();
    }

    private void skew(int chunk) {
        ProxyAddress proxy = chunkProxy(chunk);
        metadata.change((state, context) -> Outcome.done(
                TestMetadata.synced(Switchover.away(state, context, proxy).state())));
    }

    private ProxyAddress chunkProxy(int chunk) {
        return metadata.state()
                .clusters()
                .get(DEMO)
                .chunks()
                .get(chunk)
                .proxyAddresses()
                .get(0);
    }

    private long skewed() {
        return metadata.state()
                .allChunks()
                .filter(chunk -> chunk.rolePosition() != RolePosition.NORMAL)
                .count();
    }
}
