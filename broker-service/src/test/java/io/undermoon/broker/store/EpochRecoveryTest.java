package io.undermoon.broker.store;

import static io.undermoon.broker.testing.TestMetadata.DEMO;
import static io.undermoon.broker.testing.TestMetadata.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import io.undermoon.broker.plan.ProxyReport;
import io.undermoon.broker.state.Metadata;
import io.undermoon.broker.storage.MemoryStorage;
import io.undermoon.broker.testing.MutableClock;
import io.undermoon.broker.testing.TestMetadata;
import io.undermoon.fault.ErrorCode;
import io.undermoon.fault.UndermoonException;
import io.undermoon.metadata.Epoch;
import io.undermoon.metadata.ProxyAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class EpochRecoveryTest {
    private static final ProxyReport IN_DEMO =
            new ProxyReport(new Epoch(70), Optional.of(new ProxyReport.Content(DEMO, List.of(), Map.of())));

    private final MetadataWriter metadata = new MetadataWriter(
            new MemoryStorage(TestMetadata.withCluster(4, 0)),
            new MetadataWriter.Limits(Duration.ofSeconds(60), 1, 0),
            new MutableClock());
    private final EpochRecovery recovery = new EpochRecovery(metadata, EpochRecoveryTest::ask, Runnable::run);

    @Test
    void a_backup_from_before_a_cluster_and_its_proxies_is_not_used_unasked() {
        Metadata backup = Metadata.empty(false);

        assertThat(recovery.restore(backup, false, true)
                        .toCompletableFuture()
                        .join()
                        .conflicts())
                .hasSize(2);
        assertThat(recovery.restore(backup, false, false))
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(
                        UndermoonException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.RECOVERY_UNDECIDED));
        assertThat(metadata.state().clusters()).containsKey(DEMO);

        recovery.restore(backup, true, false).toCompletableFuture().join();
        assertThat(metadata.state().clusters()).isEmpty();
        assertThat(metadata.state().globalEpoch()).isEqualTo(new Epoch(72));
    }

    @Test
    void asks_the_proxies_of_the_backup_as_well_as_its_own() {
        assertThat(recovery.restore(TestMetadata.withProxies(3), false, true)
                        .toCompletableFuture()
                        .join()
                        .unanswered())
                .containsExactly(proxy(3));
    }

    private static CompletionStage<Map<ProxyAddress, Optional<ProxyReport>>> ask(Collection<ProxyAddress> asked) {
        Map<ProxyAddress, Optional<ProxyReport>> answers = new HashMap<>();
        asked.forEach(proxy -> answers.put(proxy, proxy.equals(proxy(3)) ? Optional.empty() : Optional.of(IN_DEMO)));
        return CompletableFuture.completedStage(answers);
    }
}
